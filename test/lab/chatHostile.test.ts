import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { TestEngine } from '../../src/gateway/testing/TestEngine.ts'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'
import { openBrowser } from '../support/browser.ts'
import { lastAnswer, openChat, write } from './chatPage.ts'
import { hostileAnswers } from './hostileAnswers.ts'
import { builtLab, openLab } from './labPage.ts'

let browser: Browser
let server: TestServer
let url: string
beforeAll(async () => {
  browser = await openBrowser()
  // It says what it was told.
  const engines = { test: new TestEngine({ greeting: '', tokenDelayMs: 4 }) }
  server = testServer({ server: { labFolder: builtLab }, engines })
  url = (await server.server.listen({ port: 0 })).url
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

it('nothing that a model writes can run, load, dress or name anything', async () => {
  const { id } = server.sanjha.chats.create({ title: 'Hostile' })
  let parentId: string | null = null
  for (const [name, text] of Object.entries(hostileAnswers)) {
    parentId = server.sanjha.chats.append(id, { role: 'user', text: name }, { parentId }).id
    parentId = server.sanjha.chats.append(id, { role: 'assistant', text, data: { state: 'done' } }, { parentId }).id
  }
  await using lab = await openLab(browser, `${url}/lab/chat/${id}`)
  const { page } = lab
  await page.getByText('definitions').first().waitFor()
  await page.locator('.md-code').first().waitFor()
  await expectHarmless(page)
  await page.evaluate(() => scrollTo(0, 0))
  await page.locator('.question').getByText('script', { exact: true }).waitFor()
  await expectHarmless(page)
  // Whatever is hidden in a text is there to be seen.
  const seen = await page.getByRole('log').textContent()
  for (const sign of ['⟨U+202E⟩', '␛[31m', '⟨U+E0069⟩', '<script>window.pwned = 1</script>', '(evil.example)'])
    expect(seen).toContain(sign)
  for (const link of await page.locator('.md a').all()) {
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow')
    expect(await link.getAttribute('href')).toMatch(/^(https?|mailto):/)
  }
})

it('hostile text is as harmless while it is being written', async () => {
  await using lab = await openChat(browser, url)
  for (const name of [
    'script',
    'handlers',
    'mathml',
    'tags in code',
    'mutations',
    'bidi',
    'half a tag',
    'formulas that reach out',
  ] as const) {
    await write(lab.page, (hostileAnswers[name] as string).replaceAll('[[', '[ ['))
    await lastAnswer(lab.page).locator('.md > *').first().waitFor()
    await expectHarmless(lab.page)
    await lastAnswer(lab.page).and(lab.page.locator('[aria-busy="false"]')).waitFor()
    await expectHarmless(lab.page)
  }
})

/** What was shown is text, and has taken nothing of the page. `openLab` sees to what the browser would complain about. */
async function expectHarmless(page: Page): Promise<void> {
  const found = await page.evaluate(() => {
    const inside = [...document.querySelectorAll('.md *')]
    const isMaths = (element: Element): boolean => element.closest('math') !== null
    return {
      pwned: 'pwned' in globalThis,
      elements: inside
        .map(({ localName }) => localName)
        .filter((name) =>
          /^(script|img|svg|iframe|object|embed|base|link|style|form|input|textarea|select|template|noscript|audio|video)$/.test(
            name,
          ),
        ),
      attributes: inside.flatMap((element) =>
        element
          .getAttributeNames()
          .filter(
            (name) =>
              /^(on|id$|name$|src|action|formaction|xlink)/.test(name) ||
              (name === 'style' && !isMaths(element)) ||
              (name === 'href' && isMaths(element)),
          ),
      ),
      classes: [
        ...new Set(inside.filter((element) => !isMaths(element)).flatMap((element) => [...element.classList])),
      ].filter((name) => !/^(md-|button$|plain$|small$)/.test(name)),
    }
  })
  expect(found).toEqual({ pwned: false, elements: [], attributes: [], classes: [] })
}
