import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hashApiKey } from '../../src/core/index.ts'
import type { Listening } from '../../src/server/listen.ts'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'
import { openBrowser } from '../support/browser.ts'
import { builtLab, expectAccessible, expectNoSideways, openLab } from './labPage.ts'

let browser: Browser
let server: TestServer
let listening: Listening
let url: string
beforeAll(async () => {
  browser = await openBrowser()
  server = testServer({ server: { labFolder: builtLab } })
  listening = await server.server.listen({ port: 0 })
  url = listening.url
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

const titles = { en: 'Models', pa: 'ਮਾਡਲ' }

it('a browser at / comes to the Lab, and PatternFly’s styles are there', async () => {
  await using lab = await openLab(browser, url)
  expect(new URL(lab.page.url()).pathname).toMatch(/^\/lab\//)
  const link = lab.page.getByRole('navigation').getByRole('link', { name: 'Models' })
  await link.click()
  await lab.page.getByRole('heading', { level: 1, name: 'Models' }).waitFor()
  expect(
    await lab.page.evaluate(() =>
      getComputedStyle(document.body).getPropertyValue('--pf-t--global--border--radius--small'),
    ),
  ).not.toBe('')
})

it.each(['en', 'pa'] as const)('speaks %s, with the fonts of that language and no others', async (lang) => {
  await using lab = await openLab(browser, `${url}/lab/models?lang=${lang}`)
  await lab.page.getByRole('heading', { level: 1, name: titles[lang], exact: true }).waitFor()
  expect(await lab.page.getAttribute('html', 'lang')).toBe(lang)
  await lab.page.evaluate(() => document.fonts.ready)
  const loaded = await lab.page.evaluate(() =>
    [...document.fonts].filter((f) => f.status === 'loaded').map((f) => f.family),
  )
  // The list of languages names each in its own script, so that a few of its letters are always there.
  if (lang === 'pa') expect(loaded.join()).toMatch(/Gurmukhi/)
})

it.each(['en', 'pa'] as const)('is accessible in %s: both themes, narrow and wide', async (lang) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [320, 1280]) {
      await using lab = await openLab(browser, `${url}/lab/models?lang=${lang}`, {
        colorScheme,
        viewport: { width, height: 720 },
      })
      await lab.page.getByRole('heading', { level: 1 }).waitFor()
      await lab.page.getByRole('table').first().waitFor()
      expect(await lab.page.evaluate(() => document.documentElement.classList.contains('pf-v6-theme-dark'))).toBe(
        colorScheme === 'dark',
      )
      await expectAccessible(lab.page)
      await expectNoSideways(lab.page)
    }
  }
})

it('changes its language without losing the page, and keeps it', async () => {
  await using lab = await openLab(browser, `${url}/lab/models`)
  await lab.page.getByRole('button', { name: 'Language, display' }).click()
  await lab.page.getByRole('combobox', { name: 'Language' }).selectOption('pa')
  await lab.page.getByRole('heading', { level: 1, name: titles.pa, exact: true }).waitFor()
  await lab.page.reload()
  await lab.page.getByRole('heading', { level: 1, name: titles.pa, exact: true }).waitFor()
})

it('an address that it does not know says so', async () => {
  await using lab = await openLab(browser, `${url}/lab/nowhere`)
  await lab.page.getByRole('heading', { name: 'There is no such page' }).waitFor()
  await expectAccessible(lab.page)
})

it('asks for a key where the server does, and works once it has it', async () => {
  const locked = testServer({
    server: { labFolder: builtLab },
    settings: { apiKeys: [hashApiKey('a-secret-key-for-the-lab')] },
  })
  try {
    const { url: address } = await locked.server.listen({ port: 0 })
    await using lab = await openLab(browser, `${address}/lab/models`, { allow: [/401/] })
    await lab.page.getByLabel('API key').fill('wrong')
    await lab.page.getByRole('button', { name: 'Use it' }).click()
    await lab.page.getByText('does not know this key').waitFor()
    await lab.page.getByLabel('API key').fill('a-secret-key-for-the-lab')
    await lab.page.getByRole('button', { name: 'Use it' }).click()
    await lab.page.getByRole('table').first().waitFor()
  } finally {
    await locked.close()
  }
})
