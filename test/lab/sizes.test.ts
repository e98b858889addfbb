import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestEngine } from '../../src/gateway/testing/TestEngine.ts'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'
import { openBrowser } from '../support/browser.ts'
import { chatOnServer } from './chatPage.ts'
import { builtLab, expectNoSideways, openLab } from './labPage.ts'

/** Long enough for lines to have no end, wide enough to stick out. */
const answer = `[[say ${'Rivers begin in hills and end in lakes or seas, where they leave what they carried. '.repeat(30)}

| ${'a column that is wide | '.repeat(12)}
|${'---|'.repeat(12)}
| ${'and what stands in it | '.repeat(12)}

\`\`\`
${'const aVeryLongLine = 1; '.repeat(40)}
\`\`\`

${'wordwithoutanend'.repeat(40)}]]`

let browser: Browser
let server: TestServer
let url: string
/** Every page, with something in it. */
let places: Record<(typeof names)[number], string>
beforeAll(async () => {
  browser = await openBrowser()
  server = testServer({
    server: { labFolder: builtLab },
    engines: { test: new TestEngine({ greeting: '', contextLength: 50_000 }) },
  })
  url = (await server.server.listen({ port: 0 })).url
  const { id } = await chatOnServer(server, ['What is a river?', answer])
  const run = server.sanjha.runs.start('pull', { model: 'a-model-with-a-long-name-that-goes-on-and-on/and-on:Q4_K_M' })
  await server.sanjha.runs.wait(run.id)
  places = {
    chat: '/chat',
    'chat with an answer': `/chat/${id}`,
    models: '/models',
    'a model': '/models/test',
    runs: '/runs',
    'a run': `/runs/${run.id}`,
    settings: '/settings',
    reference: '/reference',
    'an operation': '/reference/postV1ChatCompletions',
    welcome: '/welcome',
  }
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

const names = [
  'chat',
  'chat with an answer',
  'models',
  'a model',
  'runs',
  'a run',
  'settings',
  'reference',
  'an operation',
  'welcome',
] as const

describe.each(names)('%s', (name) => {
  it.each(['en', 'pa'])('at 400 % nothing is out of reach, in %s', async (lang) => {
    // 1280 × 1024 at 400 %.
    const viewport = { width: 320, height: 256 }
    await using lab = await openLab(browser, `${url}/lab${places[name]}?lang=${lang}`, { viewport })
    const { page } = lab
    await settled(page, name)
    await expectNoSideways(page)
    expect(await cutOff(page)).toEqual([])
    expect(await outOfReach(page)).toEqual([])
  })

  it('has the same controls at 400 % as on a wide screen', async () => {
    const wide = await openLab(browser, `${url}/lab${places[name]}`, { viewport: { width: 1280, height: 1024 } })
    await settled(wide.page, name)
    const all = await controls(wide.page)
    await wide[Symbol.asyncDispose]()
    await using lab = await openLab(browser, `${url}/lab${places[name]}`, { viewport: { width: 320, height: 256 } })
    await settled(lab.page, name)
    const here = [...(await controls(lab.page)), ...(await behind(lab.page, name))]
    expect(all.filter((each) => !here.includes(each))).toEqual([])
  })

  it('on a screen of 3840 × 2160 no line of text is endless', async () => {
    await using lab = await openLab(browser, `${url}/lab${places[name]}`, { viewport: { width: 3840, height: 2160 } })
    await settled(lab.page, name)
    await expectNoSideways(lab.page)
    expect(await longLines(lab.page)).toEqual([])
  })
})

it('the checks see what they look for', async () => {
  await using lab = await openLab(browser, `${url}/lab/runs`, { viewport: { width: 320, height: 256 } })
  const { page } = lab
  await settled(page, 'runs')
  await page.evaluate(() => {
    const add = (name: string, text: string, style: Partial<CSSStyleDeclaration>): void => {
      const element = document.createElement(name)
      element.textContent = text
      Object.assign(element.style, { position: 'fixed', top: '0', left: '0', ...style })
      document.querySelector('main')?.append(element)
    }
    add('p', 'word '.repeat(300), { width: '3000px' })
    add('button', 'Under', { top: '100px' })
    add('div', '', { width: '100%', height: '100%', zIndex: '9' })
  })
  expect((await longLines(page)).join()).toContain('word word')
  expect((await cutOff(page)).join()).toContain('word word')
  expect((await outOfReach(page)).join()).toContain('Under')
})

async function settled(page: Page, name: string): Promise<void> {
  await page.locator('main').getByRole('heading').first().waitFor()
  if (name === 'chat with an answer') await page.locator('article.answer pre').first().waitFor()
  await expect.poll(() => page.getByText(/^(Loading …|ਲੋਡ ਹੋ ਰਿਹਾ ਹੈ …)$/).count()).toBe(0)
  await page.evaluate(() => document.fonts.ready)
}

/** What narrow screens show only when it is asked for, or in another form. */
async function behind(page: Page, name: (typeof names)[number]): Promise<string[]> {
  switch (name) {
    case 'chat':
    case 'chat with an answer':
      await page.getByRole('button', { name: 'Chats', exact: true }).click()
      await page.getByLabel('Search chats').waitFor()
      return controls(page)
    case 'models': {
      // Columns are sorted by a list of their names.
      const order = page.getByLabel('Order', { exact: true })
      await order.waitFor()
      const orders = await order.locator('option').allTextContents()
      const columns = [
        'Name',
        'Size',
        'Parameters',
        'Quantisation',
        'Licence',
        'Context',
        'Fits here',
        'Speed',
        'Where',
      ]
      return columns.filter((each) => orders.some((order) => order.includes(each))).map((each) => `button ${each}`)
    }
    case 'an operation':
      await page.getByRole('link', { name: 'All operations' }).click()
      await page.getByLabel('Search the operations').waitFor()
      return controls(page)
    default:
      return []
  }
}

/** Names of what can be used in the page, whether or not one has to scroll to it. */
async function controls(page: Page): Promise<string[]> {
  return page.locator('main').evaluate((main) =>
    [...main.querySelectorAll('a, button, input, select, textarea, summary')]
      .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: false }))
      .map((element) => {
        const label = element.getAttribute('aria-label') ?? (element as HTMLInputElement).labels?.[0]?.textContent
        return `${element.localName} ${(label ?? element.textContent ?? '').trim()}`
      }),
  )
}

/** Controls and texts of which a part lies beside the screen, where nothing scrolls to it. */
async function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const scrolls = (element: Element | null): boolean =>
      element !== null &&
      element !== document.documentElement &&
      (['auto', 'scroll'].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement))
    return [...document.querySelectorAll('main :is(a, button, input, select, textarea, p, h1, h2, h3, li, td, dd)')]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !scrolls(element))
      .filter((element) => {
        const { left, right, width, height } = element.getBoundingClientRect()
        // What only screen readers are told is a point.
        return width > 1 && height > 1 && (left < -1 || right > innerWidth + 1)
      })
      .map((element) => element.outerHTML.slice(0, 150))
  })
}

/** Controls that stay covered when they are scrolled to, so that nobody could press them. */
async function outOfReach(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const missed: string[] = []
    for (const element of document.querySelectorAll('main :is(a, button, input, select, textarea, summary)')) {
      if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue
      element.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' })
      // Of what runs over lines, the first piece.
      const box = element.getClientRects()[0]
      if (box === undefined || box.width <= 1 || box.height <= 1) continue
      const at = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)
      const label = (element as HTMLInputElement).labels?.[0]
      if (at === null || !(element.contains(at) || at.contains(element) || label?.contains(at)))
        missed.push(`${element.outerHTML.slice(0, 150)} is under ${at?.outerHTML.slice(0, 100)}`)
    }
    return missed
  })
}

/** Paragraphs with lines of more letters than anybody reads without losing the next one. */
async function longLines(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const most = 130
    return [...document.querySelectorAll('main :is(p, li, dd)')]
      .filter((element) => element.checkVisibility() && element.closest('table, pre') === null)
      .filter((element) => (element.textContent ?? '').length > most)
      .flatMap((element) => {
        const range = document.createRange()
        range.selectNodeContents(element)
        const size = Number.parseFloat(getComputedStyle(element).fontSize)
        // A letter is about half as wide as it is high.
        const letters = Math.max(...[...range.getClientRects()].map(({ width }) => width)) / (size / 2)
        return letters > most ? [`${Math.round(letters)} letters: ${element.outerHTML.slice(0, 150)}`] : []
      })
  })
}
