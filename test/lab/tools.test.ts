import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { TestEngine } from '../../src/gateway/testing/TestEngine.ts'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'
import { openBrowser } from '../support/browser.ts'
import { builtLab, expectAccessible, expectNoSideways, openLab } from './labPage.ts'

const program = join(import.meta.dirname, '..', '..', 'src', 'tools', 'testing', 'stdioServer.ts')
let browser: Browser
let server: TestServer
let url: string
beforeAll(async () => {
  browser = await openBrowser()
  server = testServer({
    engines: { test: new TestEngine({ afterTool: '[[say It is five.]]' }) },
    toolServers: [
      { name: 'local', command: process.execPath, args: [program], passEnv: [] },
      { name: 'broken', command: 'no-such-program', args: [], passEnv: [] },
    ],
    server: { labFolder: builtLab },
  })
  url = (await server.server.listen({ port: 0 })).url
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

const add = '[[tool local__add {"a":2,"b":3}]]'

it('a tool is chosen, its call is allowed by hand, and the model goes on', async () => {
  await using lab = await openLab(browser, `${url}/lab/chat`, {
    allow: [/502/],
    viewport: { width: 1400, height: 900 },
  })
  const { page } = lab
  await page.getByRole('textbox', { name: 'Message' }).waitFor()
  const panel = page.getByText('Tools', { exact: true })
  if (!(await panel.isVisible()))
    await page
      .getByRole('button', { name: /settings/i })
      .first()
      .click()
  await panel.click()
  await page.getByRole('listitem').filter({ hasText: 'broken' }).getByRole('button', { name: 'Show its tools' }).click()
  await page.getByText('Try its command in a terminal').waitFor()
  await page.getByRole('checkbox', { name: /local/ }).check()
  await page.getByRole('textbox', { name: 'Message' }).fill(add)
  await page.getByRole('button', { name: 'Send' }).click()
  const log = page.getByRole('log')
  await log.getByRole('group', { name: 'May the model call local__add?' }).waitFor()
  await log.getByText('"a": 2').waitFor()
  await expectAccessible(page)
  await log.getByRole('button', { name: 'Allow once' }).click()
  await log.getByText('It is five.').waitFor()
  await page.reload()
  await log.getByText('It is five.').waitFor()
  await log.locator('summary', { hasText: 'local__add' }).click()
  await log.getByText('5', { exact: true }).waitFor()
})

it.each(['en', 'pa'] as const)(
  'what waits for a decision is accessible and narrow in %s, and can be refused',
  async (lang) => {
    const { body: chat } = await server.json('POST', '/sanjha/v1/chats', { data: { tools: ['local'] } })
    const asked = { model: 'test', message: { text: add }, tools: ['local'] }
    await server.json('POST', `/sanjha/v1/chats/${chat.id}/answers`, asked)
    await using lab = await openLab(browser, `${url}/lab/chat/${chat.id}?lang=${lang}`, {
      colorScheme: 'dark',
      viewport: { width: 320, height: 640 },
    })
    const buttons = lab.page.getByRole('log').getByRole('group').getByRole('button')
    await buttons.last().waitFor()
    await expectAccessible(lab.page)
    await expectNoSideways(lab.page)
    await buttons.last().click()
    await lab.page.getByRole('log').getByText('It is five.').waitFor()
    const { body } = await server.json('GET', `/sanjha/v1/chats/${chat.id}/path`)
    expect(body.messages[1].data.toolCalls).toMatchObject([{ state: 'refused' }])
  },
)

it('a call that takes long can be stopped, and nothing follows it', async () => {
  const { body: chat } = await server.json('POST', '/sanjha/v1/chats', { data: { tools: ['local'] } })
  const asked = { model: 'test', message: { text: '[[tool local__sleep {}]]' }, tools: ['local'] }
  await server.json('POST', `/sanjha/v1/chats/${chat.id}/answers`, asked)
  await using lab = await openLab(browser, `${url}/lab/chat/${chat.id}`)
  const log = lab.page.getByRole('log')
  await log.getByRole('button', { name: 'Allow once' }).click()
  await log.getByRole('button', { name: 'Stop calling local__sleep' }).click()
  await log.locator('summary', { hasText: 'failed' }).click()
  await log.getByText(/This call was interrupted/).waitFor()
  expect(await log.getByRole('article').count()).toBe(2)
})
