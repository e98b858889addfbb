import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hashApiKey } from '../../src/core/index.ts'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'
import { openBrowser } from '../support/browser.ts'
import { builtLab, expectAccessible, expectNoSideways, openLab } from './labPage.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
})

/** What a browser says while a server is away. */
const cuts = [/ERR_(CONNECTION|INCOMPLETE|EMPTY|NETWORK)/, /Failed to load resource/]

/** A made-up server that can go away and come back at the same address. */
async function startServer(port = 0, version?: string): Promise<{ server: TestServer; url: string; port: number }> {
  const server = testServer({ server: { labFolder: builtLab } })
  if (version !== undefined) Object.assign(server.sanjha, { version })
  const { url } = await server.server.listen({ port })
  return { server, url, port: Number(new URL(url).port) }
}

it('goes on by itself when the server was away and is back at the same address', async () => {
  const first = await startServer()
  await using lab = await openLab(browser, `${first.url}/lab/runs`, { allow: cuts })
  const { page } = lab
  await page.getByRole('heading', { name: 'No runs yet' }).waitFor()
  await page.getByRole('button', { name: 'Connected' }).waitFor()
  await first.server.close()
  await page.getByRole('button', { name: /Connecting again|does not answer/ }).waitFor()
  // What was there stays there.
  await page.getByRole('heading', { name: 'No runs yet' }).waitFor()
  const second = await startServer(first.port)
  try {
    // Something has happened that nobody told the page of.
    const { id } = second.server.sanjha.runs.start('pull', { model: 'smollm2' })
    await second.server.sanjha.runs.wait(id)
    await page.getByRole('button', { name: 'Connected' }).waitFor()
    await page.getByRole('link', { name: 'Fetch smollm2' }).waitFor()
    // And it hears again.
    second.server.sanjha.runs.start('pull', { model: 'another' })
    await page.getByRole('link', { name: 'Fetch another' }).waitFor()
  } finally {
    await second.server.close()
  }
})

it('says aloud when the server is gone for longer, and that it is back', async () => {
  const first = await startServer()
  await using lab = await openLab(browser, `${first.url}/lab/runs`, { allow: cuts })
  const { page } = lab
  await page.getByRole('button', { name: 'Connected' }).waitFor()
  await first.server.close()
  await page.getByRole('button', { name: 'Sanjha does not answer' }).waitFor()
  await page.locator('[data-announcer]', { hasText: 'The connection was lost' }).waitFor({ state: 'attached' })
  const second = await startServer(first.port, '9.9.9')
  try {
    // A press does not wait for the next try.
    await page.getByRole('button', { name: 'Sanjha does not answer' }).click()
    await page.locator('[data-announcer]', { hasText: 'Connected again' }).waitFor({ state: 'attached' })
    // The one that came back is of another version than the page.
    await page.getByText('Sanjha is now version 9.9.9').waitFor()
    await page.getByRole('button', { name: 'Reload' }).click()
    await page.getByRole('button', { name: 'Connected' }).waitFor()
    expect(await page.getByText('Sanjha is now version').count()).toBe(0)
  } finally {
    await second.server.close()
  }
})

it('says so on narrow screens too, where there is no room for a button', async () => {
  const { server, url } = await startServer()
  await using lab = await openLab(browser, `${url}/lab/runs`, { viewport: { width: 320, height: 720 }, allow: cuts })
  const banner = lab.page.getByRole('banner')
  await lab.page.getByRole('heading', { name: 'No runs yet' }).waitFor()
  expect(await banner.getByText(/Connecting again|does not answer/).isVisible()).toBe(false)
  await server.close()
  await banner.getByText('Sanjha does not answer').first().waitFor()
  await expectAccessible(lab.page)
  await expectNoSideways(lab.page)
})

it('connects with the key that is given', async () => {
  const server = testServer({
    server: { labFolder: builtLab },
    settings: { apiKeys: [hashApiKey('a-secret-key-for-the-lab')] },
  })
  try {
    const { url } = await server.server.listen({ port: 0 })
    await using lab = await openLab(browser, `${url}/lab/runs`, { allow: [/401/] })
    const { page } = lab
    await page.getByRole('button', { name: 'A key is needed' }).waitFor()
    await page.getByLabel('API key').fill('a-secret-key-for-the-lab')
    await page.getByRole('button', { name: 'Use it' }).click()
    await page.getByRole('button', { name: 'Connected' }).waitFor()
    server.sanjha.runs.start('pull', { model: 'smollm2' })
    await page.getByRole('link', { name: 'Fetch smollm2' }).waitFor()
  } finally {
    await server.close()
  }
})

it('two pages hear of the same thing, each through one stream', async () => {
  const { server, url } = await startServer()
  try {
    await using one = await openLab(browser, `${url}/lab/runs`)
    await using two = await openLab(browser, `${url}/lab/runs`)
    for (const { page } of [one, two]) await page.getByRole('button', { name: 'Connected' }).waitFor()
    server.sanjha.runs.start('pull', { model: 'smollm2' })
    for (const { page } of [one, two]) await page.getByRole('link', { name: 'Fetch smollm2' }).waitFor()
    const streams = await one.page.evaluate(
      () => performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/sanjha/v1/events')).length,
    )
    expect(streams).toBeLessThanOrEqual(1)
  } finally {
    await server.close()
  }
})

it('an open page does not keep a server from stopping', async () => {
  const { server, url } = await startServer()
  await using lab = await openLab(browser, `${url}/lab/runs`, { allow: cuts })
  await lab.page.getByRole('button', { name: 'Connected' }).waitFor()
  // With the grace that the real one has.
  await server.server.close(30_000)
  await server.sanjha.close()
  await lab.page.getByRole('button', { name: /Connecting again|does not answer/ }).waitFor()
})
