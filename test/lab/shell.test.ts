import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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

/** The accessible name of what has the keyboard, roughly. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement
    return element?.getAttribute('aria-label') ?? element?.textContent?.trim() ?? ''
  })

describe('the palette', () => {
  it('opens, filters, moves, does it and gives the keyboard to the page: by keyboard alone', async () => {
    await using lab = await openLab(browser, `${url}/lab/settings`)
    const { page } = lab
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    await page.keyboard.press('Control+k')
    const field = page.getByRole('combobox', { name: /Type a command/ })
    await field.waitFor()
    await page.keyboard.type('run')
    const chosen = page.getByRole('dialog').getByRole('option', { selected: true })
    await chosen.filter({ hasText: 'Runs' }).waitFor()
    expect(await field.getAttribute('aria-activedescendant')).toBe(await chosen.getAttribute('id'))
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('content')
  })

  it('goes round with the arrows, and Escape gives the keyboard back', async () => {
    await using lab = await openLab(browser, `${url}/lab/models`)
    const { page } = lab
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.getByRole('link', { name: 'Runs' }).focus()
    await page.keyboard.press('Control+k')
    const options = page.getByRole('dialog').getByRole('option')
    await options.first().waitFor()
    const isChosen = (index: number): Promise<string | null> => options.nth(index).getAttribute('aria-selected')
    expect(await isChosen(0)).toBe('true')
    await page.keyboard.press('ArrowUp')
    expect(await isChosen((await options.count()) - 1)).toBe('true')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    expect(await isChosen(1)).toBe('true')
    await page.keyboard.press('Escape')
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await focused(page)).toBe('Runs')
  })

  it('finds models by their names and chats by their titles, and says when there is nothing', async () => {
    const { id } = server.sanjha.chats.create({ title: 'How rivers are made' })
    await using lab = await openLab(browser, `${url}/lab/settings`)
    const { page } = lab
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('test')
    await page.getByRole('option', { name: 'test Model' }).waitFor()
    await page.keyboard.press('Control+a')
    await page.keyboard.type('xyzzy')
    await page.getByText('Nothing is called that').waitFor()
    await expectAccessible(page)
    await page.keyboard.press('Control+a')
    await page.keyboard.type('rivers')
    await page.getByRole('option', { name: /How rivers are made/ }).click()
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/lab/chat/${id}`)
  })

  it('opens where the keyboard writes another script, and changes theme and language', async () => {
    await using lab = await openLab(browser, `${url}/lab/runs`)
    const { page } = lab
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.evaluate(() =>
      document.body.dispatchEvent(
        new KeyboardEvent('keydown', { key: 'ਕ', code: 'KeyK', ctrlKey: true, bubbles: true, cancelable: true }),
      ),
    )
    await page.getByRole('dialog').getByRole('combobox').waitFor()
    await page.keyboard.type('theme dark')
    await page.keyboard.press('Enter')
    await page.locator('html.pf-v6-theme-dark').waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('punjabi')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'ਕੰਮ' }).waitFor()
  })
})

describe('shortcuts', () => {
  it('“?” shows them, but not to who is writing; Escape gives the keyboard back', async () => {
    await using lab = await openLab(browser, `${url}/lab/models`)
    const { page } = lab
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.getByRole('link', { name: 'Models' }).focus()
    await page.keyboard.press('?')
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await sheet.getByText('New chat').waitFor()
    await expectAccessible(page)
    // Under a dialog no other key does anything.
    await page.keyboard.press('Control+b')
    expect(await page.getAttribute('html', 'data-sidebar')).toBe('open')
    await page.keyboard.press('Escape')
    expect(await sheet.count()).toBe(0)
    expect(await focused(page)).toBe('Models')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('?')
    expect(await page.getByRole('combobox', { name: /Type a command/ }).inputValue()).toBe('?')
    expect(await sheet.count()).toBe(0)
  })

  it('a new chat from anywhere', async () => {
    await using lab = await openLab(browser, `${url}/lab/runs`)
    await lab.page.getByRole('heading', { level: 1 }).waitFor()
    await lab.page.keyboard.press('Control+Shift+O')
    await expect.poll(() => new URL(lab.page.url()).pathname).toMatch(/^\/lab\/chat/)
  })
})

describe('the sidebar', () => {
  it('folds with Ctrl+B, keeps the names for screen readers, and stays as it was chosen', async () => {
    await using lab = await openLab(browser, `${url}/lab/models`)
    const { page } = lab
    await page.getByRole('heading', { level: 1 }).waitFor()
    const width = (): Promise<number> => page.locator('.shell-head').evaluate((element) => element.clientWidth)
    const open = await width()
    await page.keyboard.press('Control+b')
    expect(await width()).toBeLessThan(open / 2)
    await page.getByRole('link', { name: 'Runs' }).waitFor()
    await expectAccessible(page)
    await page.reload()
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await width()).toBeLessThan(open / 2)
    await page.getByRole('button', { name: 'Sidebar' }).click()
    expect(await width()).toBe(open)
  })

  it('is a panel on narrow screens: opens, is walked through and closes by keyboard', async () => {
    await using lab = await openLab(browser, `${url}/lab/models`, { viewport: { width: 360, height: 720 } })
    const { page } = lab
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await page.getByRole('link', { name: 'Runs' }).isVisible()).toBe(false)
    const menu = page.getByRole('button', { name: 'Menu' })
    await menu.focus()
    await page.keyboard.press('Enter')
    expect(await menu.getAttribute('aria-expanded')).toBe('true')
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    expect(await menu.getAttribute('aria-expanded')).toBe('false')
    expect(await focused(page)).toBe('Menu')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Runs' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor()
    expect(await menu.getAttribute('aria-expanded')).toBe('false')
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('content')
    // Whatever is touched outside closes it.
    await menu.click()
    await page.mouse.click(180, 700)
    expect(await menu.getAttribute('aria-expanded')).toBe('false')
  })
})

it('theme and density are chosen once, and other pages of the browser follow', async () => {
  await using lab = await openLab(browser, `${url}/lab/runs`)
  const other = await lab.page.context().newPage()
  await other.goto(`${url}/lab/models`)
  const { page } = lab
  await page.getByRole('button', { name: 'Language, display' }).click()
  await page.getByRole('combobox', { name: 'Theme' }).selectOption('dark')
  await page.getByRole('combobox', { name: 'Density' }).selectOption('compact')
  for (const each of [page, other]) {
    await each.locator('html.pf-v6-theme-dark[data-density=compact]').waitFor()
  }
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  expect(await focused(page)).toBe('Language, display')
  await page.reload()
  await page.locator('html.pf-v6-theme-dark[data-density=compact]').waitFor()
})

it('the first press of Tab leads past the navigation', async () => {
  await using lab = await openLab(browser, `${url}/lab/runs`)
  const { page } = lab
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.keyboard.press('Tab')
  expect(await focused(page)).toBe('Skip to the content')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.getElementById('content')?.contains(document.activeElement))).toBe(true)
})

it.each([
  // A window of 1280 × 720 at 400 %.
  ['400 %', { width: 320, height: 180 }],
  ['a tablet', { width: 834, height: 1112 }],
  ['4K', { width: 3840, height: 2160 }],
])('fits %s', async (_, viewport) => {
  await using lab = await openLab(browser, `${url}/lab/runs`, { viewport })
  const { page } = lab
  const heading = page.getByRole('heading', { level: 1, name: 'Runs' })
  await heading.waitFor()
  await expectNoSideways(page)
  const box = await heading.boundingBox()
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThan(viewport.height)
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').waitFor()
  await expectNoSideways(page)
  const field = await page.getByRole('dialog').getByRole('combobox').boundingBox()
  expect((field?.y ?? 0) + (field?.height ?? 0)).toBeLessThan(viewport.height)
})

it.each(['reduce', 'no-preference'] as const)('with motion as %s', async (reducedMotion) => {
  await using lab = await openLab(browser, `${url}/lab/runs`, { reducedMotion })
  const { page } = lab
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.keyboard.press('?')
  const seconds = await page
    .getByRole('dialog')
    .evaluate((element) => Number.parseFloat(getComputedStyle(element).animationDuration))
  if (reducedMotion === 'reduce') expect(seconds).toBeLessThanOrEqual(0.001)
  else expect(seconds).toBeGreaterThan(0.01)
})
