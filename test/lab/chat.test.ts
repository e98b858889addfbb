import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { TestEngine } from '../../src/gateway/testing/TestEngine.ts'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'
import { openBrowser } from '../support/browser.ts'
import { chatOnServer, lastAnswer, openChat, write } from './chatPage.ts'
import { builtLab, expectAccessible, expectNoSideways, openLab } from './labPage.ts'

let browser: Browser
let server: TestServer
let url: string
/** Answers by saying what it was told, a word every few milliseconds. */
const engine = new TestEngine({ greeting: '', tokenDelayMs: 4 })
beforeAll(async () => {
  browser = await openBrowser()
  server = testServer({
    server: { labFolder: builtLab },
    engines: {
      test: engine,
      other: new TestEngine({ greeting: 'The other says:' }),
      small: new TestEngine({ greeting: '', contextLength: 200 }),
    },
  })
  url = (await server.server.listen({ port: 0 })).url
  for (const model of ['other', 'small']) await server.json('POST', '/sanjha/v1/models/pull', { model })
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

const wait = (page: Page, text: string | RegExp): Promise<void> => lastAnswer(page).getByText(text).first().waitFor()
const isDone = (page: Page): Promise<void> => lastAnswer(page).and(page.locator('[aria-busy="false"]')).waitFor()

it('by keyboard alone: a question, an answer, another question; the chat has an address, and nobody loses the keyboard', async () => {
  await using lab = await openLab(browser, `${url}/lab/chat`)
  const { page } = lab
  const message = page.getByRole('textbox', { name: 'Message' })
  await message.waitFor()
  const hasKeyboard = (): Promise<boolean> => message.evaluate((e) => e === document.activeElement)
  for (let tabs = 0; tabs < 60 && !(await hasKeyboard()); tabs++) await page.keyboard.press('Tab')
  await page.keyboard.type('Tell me')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('about **rivers**')
  await page.keyboard.press('Enter')
  await wait(page, 'rivers')
  await isDone(page)
  expect(await lastAnswer(page).locator('strong').textContent()).toBe('rivers')
  expect(new URL(page.url()).pathname).toMatch(/^\/lab\/chat\/.+/)
  expect(await message.inputValue()).toBe('')
  expect(await hasKeyboard()).toBe(true)
  await page.keyboard.type('And lakes?')
  await page.keyboard.press('Enter')
  await wait(page, 'And lakes?')
  await isDone(page)
  expect(await page.getByRole('log').getByRole('article').count()).toBe(4)
})

it('Enter that ends a composition sends nothing', async () => {
  await using lab = await openLab(browser, `${url}/lab/chat`)
  const message = lab.page.getByRole('textbox', { name: 'Message' })
  await message.fill('ਸਤਿ')
  await message.evaluate((e) =>
    e.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, isComposing: true })),
  )
  expect(await message.inputValue()).toBe('ਸਤਿ')
  expect(new URL(lab.page.url()).pathname).toBe('/lab/chat')
})

it('what is written stays for a reload, for each chat alone', async () => {
  await using lab = await openLab(browser, `${url}/lab/chat`)
  const message = lab.page.getByRole('textbox', { name: 'Message' })
  await message.fill('Half a thought')
  await lab.page.reload()
  await expect.poll(() => message.inputValue()).toBe('Half a thought')
  const { id } = await chatOnServer(server, ['Hello'])
  await lab.page.goto(`${url}/lab/chat/${id}`)
  await wait(lab.page, 'Hello')
  expect(await message.inputValue()).toBe('')
})

it('Escape stops the engine, what was said stays, and there is a way on', async () => {
  await using lab = await openChat(browser, url)
  const { page } = lab
  const before = engine.aborted
  await write(page, '[[repeat 5000 word]]')
  await wait(page, 'word')
  await page.keyboard.press('Escape')
  await wait(page, 'Stopped.')
  await expect.poll(() => engine.aborted).toBe(before + 1)
  await page.getByRole('button', { name: 'Send' }).waitFor()
  expect(await lastAnswer(page).getByText('word').first().textContent()).toMatch(/^word( word)*/)
  await lastAnswer(page).getByRole('button', { name: 'Continue' }).click()
  await wait(page, 'Continue exactly where you stopped.')
})

it('an answer goes on through a reload, and a second tab sees the same', async () => {
  await using lab = await openChat(browser, url)
  const { page } = lab
  await write(page, `[[say begin ${'more '.repeat(400)}end-of-it]]`)
  await wait(page, /begin more/)
  await page.reload()
  await wait(page, /begin more/)
  await using second = await openLab(browser, page.url())
  await wait(second.page, /begin more/)
  await Promise.all([wait(page, 'end-of-it'), wait(second.page, 'end-of-it')])
  await Promise.all([isDone(page), isDone(second.page)])
  const said = `begin ${'more '.repeat(400)}end-of-it`
  for (const each of [page, second.page])
    expect(
      await lastAnswer(each)
        .locator('.md')
        .textContent()
        .then((text) => text?.trim()),
    ).toBe(said)
})

it('what happens in another tab is seen: a question, a branch, a deletion', async () => {
  await using lab = await openChat(browser, url)
  await write(lab.page, 'First')
  await isDone(lab.page)
  await using second = await openLab(browser, lab.page.url())
  await wait(second.page, 'First')
  await write(second.page, 'Second')
  await wait(lab.page, 'Second')
  await isDone(second.page)
  await lastAnswer(second.page).getByRole('button', { name: 'Answer again' }).click()
  await lab.page.getByText('2 / 2').waitFor()
  await isDone(second.page)
  await lastAnswer(second.page).getByRole('button', { name: 'Delete' }).click()
  await second.page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
  await expect.poll(() => lab.page.getByText('2 / 2').count()).toBe(0)
})

it('other words and other answers are branches, and each can be gone back to', async () => {
  await using lab = await openChat(browser, url)
  const { page } = lab
  await write(page, 'Old words')
  await isDone(page)
  await page
    .getByRole('article', { name: 'You asked' })
    .or(page.locator('.question'))
    .getByRole('button', { name: 'Edit' })
    .click()
  await page.getByLabel('In other words').fill('New words')
  await page.getByRole('button', { name: 'Ask again' }).click()
  await wait(page, 'New words')
  await isDone(page)
  await page.getByRole('button', { name: 'Previous version' }).first().click()
  await wait(page, 'Old words')
  await page.getByRole('button', { name: 'Next version' }).first().click()
  await wait(page, 'New words')
  await lastAnswer(page).getByRole('button', { name: 'Another model' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'other' }).click()
  await wait(page, 'The other says: New words')
  await lastAnswer(page).getByText('2 / 2').waitFor()
})

it('two answers side by side, of which one is kept', async () => {
  await using lab = await openChat(browser, url)
  const { page } = lab
  await write(page, 'Compare me')
  await isDone(page)
  await lastAnswer(page).getByRole('button', { name: 'Compare' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'other' }).click()
  const both = page.getByRole('region', { name: 'Two answers compared' })
  await both.getByText('The other says: Compare me').waitFor()
  expect(await both.getByRole('article').count()).toBe(2)
  await expectAccessible(page)
  await page.reload()
  await both
    .getByRole('article')
    .filter({ hasNotText: 'The other' })
    .getByRole('button', { name: 'Keep this one' })
    .click()
  await both.waitFor({ state: 'detached' })
  await wait(page, 'Compare me')
  expect(await page.getByText('The other says').count()).toBe(0)
})

it('files go along; what cannot says why', async () => {
  await using lab = await openChat(browser, url)
  const { page } = lab
  const files = page.locator('input[type=file]')
  await files.setInputFiles([
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('The password of the lake is swan.') },
    { name: 'photo.png', mimeType: 'image/png', buffer: Buffer.from('x') },
    { name: 'large.log', mimeType: 'text/plain', buffer: Buffer.alloc(600_000, 'x') },
    { name: 'program.bin', mimeType: 'application/octet-stream', buffer: Buffer.from([0, 255, 0]) },
  ])
  await page.getByText('photo.png is a picture, and this model cannot see.').waitFor()
  await page.getByText(/large\.log is too large: at most 524 kB/).waitFor()
  await page.getByText('program.bin is no text.').waitFor()
  await write(page, 'What does it say?')
  await wait(page, /swan/)
  await page.locator('.question').getByText('notes.txt').click()
  await page.locator('.question').getByText('The password of the lake is swan.').waitFor()
})

it('a picture that went along is shown, from nowhere but the chat', async () => {
  const { id } = server.sanjha.chats.create()
  const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  const attachments = [
    { type: 'image', name: 'dot.png', url: `data:image/png;base64,${dot}` },
    { type: 'image', name: 'elsewhere.png', url: 'https://evil.example/x.png' },
    { type: 'image', name: 'drawing.svg', url: 'data:image/svg+xml;base64,PHN2Zy8+' },
  ]
  server.sanjha.chats.append(id, { role: 'user', text: 'Look', data: { attachments } })
  await using lab = await openLab(browser, `${url}/lab/chat/${id}`)
  const picture = lab.page.getByRole('img', { name: 'Picture dot.png' })
  await expect.poll(() => picture.evaluate((element: HTMLImageElement) => element.naturalWidth)).toBe(1)
  await lab.page.getByText('Picture elsewhere.png').waitFor()
  expect(await lab.page.locator('.question img').count()).toBe(1)
})

it('an answer that fails says why and can be tried again; thinking and tools stand apart', async () => {
  await using lab = await openChat(browser, url)
  const { page } = lab
  await write(page, '[[say It begins]][[throw engine_crashed]]')
  await lastAnswer(page).getByRole('alert').getByText('Thrown on demand.').waitFor()
  await wait(page, 'It begins')
  await lastAnswer(page).getByRole('button', { name: 'Try again' }).click()
  await page.getByText('2 / 2').waitFor()
  await write(page, '[[think Let me see.]][[say Seen.]][[tool weather {"city":"Ludhiana"}]]')
  await wait(page, 'Seen.')
  await isDone(page)
  expect(await lastAnswer(page).getByText('Let me see.').isVisible()).toBe(false)
  await lastAnswer(page).getByText('What it thought').click()
  await lastAnswer(page).getByText('Let me see.').waitFor()
  await lastAnswer(page).getByText('"city": "Ludhiana"').waitFor()
})

it('a server that goes away costs nothing that was written', async () => {
  await using lab = await openChat(browser, url, { allow: [/ERR_|Failed to load/] })
  const { page } = lab
  await page.route('**/answers', (route) => route.abort())
  await write(page, 'Keep me')
  await page.getByText('Sanjha does not answer. What you wrote is still here').waitFor()
  expect(await page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('Keep me')
  await page.unroute('**/answers')
  await page.getByRole('textbox', { name: 'Message' }).press('Enter')
  await wait(page, 'Keep me')
})

it('who listens hears the answer once, when it is finished', async () => {
  await using lab = await openChat(browser, url)
  const { page } = lab
  expect(await page.getByRole('log').getAttribute('aria-live')).toBe('off')
  await write(page, 'Say this')
  await page.locator('[data-announcer]').getByText('The answer is finished. Say this').waitFor()
})

it('keeps what is written while a question is on its way', async () => {
  await using lab = await openChat(browser, url)
  const { page } = lab
  const onItsWay = Promise.withResolvers<void>()
  await page.route('**/answers', async (route) => {
    await onItsWay.promise
    await route.continue()
  })
  await write(page, 'First')
  await page.getByRole('textbox', { name: 'Message' }).fill('Second')
  onItsWay.resolve()
  await isDone(page)
  expect(await page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('Second')
})

it('says before it happens what will be left out, and lets a person refuse it', async () => {
  await using lab = await openChat(browser, url)
  const { page } = lab
  await page.getByLabel('Model').selectOption('small')
  for (const word of ['alpha', 'beta']) {
    await write(page, `[[say ${`${word} `.repeat(40)}]]`)
    await lastAnswer(page).getByText(word).first().waitFor()
    await isDone(page)
  }
  await page.getByRole('textbox', { name: 'Message' }).fill('gamma '.repeat(60))
  await page.getByText(/oldest message(s)? will be left out/).waitFor()
  await page.getByLabel('When it is too long').selectOption('error')
  await page.getByText(/will be refused/).waitFor()
  await page.getByRole('textbox', { name: 'Message' }).press('Enter')
  await lastAnswer(page).getByRole('alert').waitFor()
  await page.getByLabel('When it is too long').selectOption('leave_out')
  await lastAnswer(page).getByRole('button', { name: 'Try again' }).click()
  await wait(page, /The model did not get the/)
})

it('2,000 messages: the newest at once, the others when one scrolls up, and nothing jumps', async () => {
  const { id } = await chatOnServer(server, [])
  let parentId: string | null = null
  for (let i = 0; i < 2000; i++) {
    const message = { role: i % 2 === 0 ? ('user' as const) : ('assistant' as const), text: `Message number ${i}` }
    parentId = server.sanjha.chats.append(id, message, { parentId }).id
  }
  await using lab = await openLab(browser, `${url}/lab/chat/${id}`)
  const { page } = lab
  await page.getByText('Message number 1999').waitFor()
  expect(await page.getByRole('article').count()).toBeLessThan(200)
  await expect
    .poll(() => page.evaluate(() => document.documentElement.scrollHeight - innerHeight - scrollY))
    .toBeLessThan(70)
  await page.mouse.move(600, 300)
  await page.mouse.wheel(0, -100_000)
  await page.getByText('Message number 1940').waitFor()
  await page.getByRole('button', { name: 'Jump to the newest' }).click()
  expect(await page.getByText('Message number 1999').isVisible()).toBe(true)
})

it('follows an answer only for a reader who is at its end', async () => {
  await using lab = await openChat(browser, url, { viewport: { width: 800, height: 500 } })
  const { page } = lab
  await write(page, `[[say ${'a line\n\n'.repeat(400)}the end]]`)
  const distance = () => page.evaluate(() => document.documentElement.scrollHeight - innerHeight - scrollY)
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(300)
  expect(await distance()).toBeLessThan(70)
  await page.mouse.move(400, 200)
  await page.mouse.wheel(0, -250)
  const newest = page.getByRole('button', { name: 'Jump to the newest' })
  await newest.waitFor()
  const place = await page.evaluate(() => scrollY)
  await page.waitForTimeout(300)
  expect(Math.abs((await page.evaluate(() => scrollY)) - place)).toBeLessThan(5)
  await newest.click()
  await isDone(page)
  expect(await distance()).toBeLessThan(70)
})

it('an address of a chat that is none says so', async () => {
  await using lab = await openLab(browser, `${url}/lab/chat/nothing`, { allow: [/404/] })
  await lab.page.getByRole('heading', { name: 'There is no such chat' }).waitFor()
  await expectAccessible(lab.page)
})

it.each(['en', 'pa'] as const)('is accessible in %s: both themes, narrow and wide', async (lang) => {
  const said =
    '# Head\n\nText [link](https://example.org)\n\n- a\n- b\n\n| a | b |\n|-|-|\n| 1 | 2 |\n\n```ts\ncode\n```\n\n$$x^2$$'
  const { id } = await chatOnServer(server, ['Hello', `[[think hm]][[say ${said}]]`])
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [320, 1280]) {
      for (const path of ['/chat', `/chat/${id}`]) {
        await using lab = await openLab(browser, `${url}/lab${path}?lang=${lang}`, {
          colorScheme,
          viewport: { width, height: 720 },
        })
        await lab.page.getByRole('heading', { level: 1 }).waitFor()
        if (path !== '/chat') await lab.page.locator('math').first().waitFor()
        await expectAccessible(lab.page)
        await expectNoSideways(lab.page)
      }
    }
  }
})
