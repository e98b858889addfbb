import { readFile } from 'node:fs/promises'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'
import { openBrowser } from '../support/browser.ts'
import { builtLab, expectAccessible, expectNoSideways, openLab } from './labPage.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

let server: TestServer
let url: string
beforeEach(async () => {
  server = testServer({ server: { labFolder: builtLab } })
  ;({ url } = await server.server.listen({ port: 0 }))
  return () => server.close()
})

const history = (page: Page): Locator => page.getByRole('region', { name: 'Chats', exact: true })
const row = (page: Page, title: string): Locator => history(page).getByRole('link', { name: title, exact: true })
const more = async (page: Page, title: string, action: string): Promise<void> => {
  await history(page)
    .getByRole('button', { name: `More for “${title}”` })
    .click()
  await page.getByRole('menuitem', { name: action }).click()
}
const titles = (): string[] => server.sanjha.chats.list().chats.map(({ title }) => title)

/** A chat with a question and an answer. */
function chat(
  title: string,
  question = 'When is the meeting?',
  answer = 'On Tuesday at ten.',
): { id: string; answer: string } {
  const { chats } = server.sanjha
  const { id } = chats.create({ title })
  chats.append(id, { role: 'user', text: question })
  return { id, answer: chats.append(id, { role: 'assistant', text: answer, model: 'test' }).id }
}

it('shows chats by days, follows what others do, and begins a new one by keyboard', async () => {
  chat('Old things')
  // The chat that is open is deleted elsewhere.
  await using lab = await openLab(browser, `${url}/lab/chat`, { allow: [/404/] })
  const { page } = lab
  await row(page, 'Old things').waitFor()
  await history(page).getByRole('heading', { name: 'Today' }).waitFor()
  // Made elsewhere, told by the server.
  const { id } = chat('From the command line')
  await row(page, 'From the command line').click()
  await page.waitForURL(`**/lab/chat/${id}`)
  expect(await row(page, 'From the command line').getAttribute('aria-current')).toBe('page')
  server.sanjha.chats.delete(id)
  await row(page, 'From the command line').waitFor({ state: 'detached' })
  await page.keyboard.press('Control+Shift+O')
  await page.waitForURL('**/lab/chat')
})

it('finds words in messages and leads to the very message', async () => {
  const { id, answer } = chat('Plans')
  chat('Tuesday', 'What is today?', 'A weekday.')
  await using lab = await openLab(browser, `${url}/lab/chat`)
  const { page } = lab
  await page.getByRole('searchbox', { name: 'Search chats' }).fill('tues')
  await page.getByText('2 places found').waitFor()
  expect(await history(page).locator('mark').allTextContents()).toEqual(['Tuesday', 'Tuesday'])
  await history(page)
    .getByRole('link', { name: /On Tuesday at ten/ })
    .click()
  await page.waitForURL((address) => address.pathname === `/lab/chat/${id}`)
  const { searchParams, hash } = new URL(page.url())
  expect([searchParams.get('leaf'), searchParams.get('find'), hash]).toEqual([answer, 'tues', `#${answer}`])
  // The search is in the address.
  await page.reload()
  await page.getByText('2 places found').waitFor()
  await page.getByRole('searchbox').press('Escape')
  await row(page, 'Plans').waitFor()
})

it('renames in place, pins, and moves into folders, which filter and have names of their own', async () => {
  chat('First')
  const { id } = chat('Second')
  await using lab = await openLab(browser, `${url}/lab/chat/${id}`)
  const { page } = lab
  await more(page, 'First', 'Rename')
  await page.keyboard.type('Not this')
  await page.keyboard.press('Escape')
  await row(page, 'First').waitFor()
  await more(page, 'First', 'Rename')
  await page.keyboard.type('ਪਹਿਲੀ')
  await page.keyboard.press('Enter')
  await row(page, 'ਪਹਿਲੀ').waitFor()
  await more(page, 'ਪਹਿਲੀ', 'Pin')
  await history(page).getByRole('heading', { name: 'Pinned' }).waitFor()
  await more(page, 'ਪਹਿਲੀ', 'Move to a folder')
  await page.getByLabel('Name of the folder').fill('Work')
  await page.getByRole('dialog').getByRole('button', { name: 'Move' }).click()
  await history(page).getByLabel('Folder', { exact: true }).selectOption({ label: 'Work (1)' })
  await row(page, 'Second').waitFor({ state: 'detached' })
  await row(page, 'ਪਹਿਲੀ').waitFor()
  await history(page).getByRole('button', { name: 'Rename the folder' }).click()
  await page.getByLabel('Name of the folder').fill('Home')
  await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click()
  await page.waitForURL((address) => address.searchParams.get('folder') === 'Home')
  await row(page, 'ਪਹਿਲੀ').waitFor()
  expect(server.sanjha.chats.folders()).toEqual([{ name: 'Home', chats: 1 }])
})

it('deletes after a question, and brings back all of it', async () => {
  const { id } = chat('Dear')
  const before = server.sanjha.chats.get(id)
  await using lab = await openLab(browser, `${url}/lab/chat/${id}`)
  const { page } = lab
  await more(page, 'Dear', 'Delete')
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click()
  await more(page, 'Dear', 'Delete')
  await page.getByRole('alertdialog', { name: 'Delete “Dear”?' }).getByRole('button', { name: 'Delete' }).click()
  await row(page, 'Dear').waitFor({ state: 'detached' })
  await page.waitForURL('**/lab/chat')
  expect(titles()).toEqual([])
  await page.getByRole('button', { name: 'Undo' }).click()
  await row(page, 'Dear').waitFor()
  expect(server.sanjha.chats.get(id)).toEqual(before)
})

it('does things with several at once', async () => {
  for (const title of ['A', 'B', 'C']) chat(title)
  await using lab = await openLab(browser, `${url}/lab/chat`)
  const { page } = lab
  await history(page).getByRole('button', { name: 'More for all chats' }).click()
  await page.getByRole('menuitem', { name: 'Select several' }).click()
  await history(page).getByRole('checkbox', { name: 'A' }).check()
  await history(page).getByRole('checkbox', { name: 'C' }).check()
  await page.getByText('2 chats selected').waitFor()
  await history(page).getByRole('button', { name: 'Pin' }).click()
  await history(page).getByRole('heading', { name: 'Pinned' }).waitFor()
  await history(page).getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('alertdialog', { name: 'Delete 2 chats?' }).getByRole('button', { name: 'Delete' }).click()
  await row(page, 'B').waitFor()
  await expect.poll(titles).toEqual(['B'])
})

describe('files', () => {
  const download = async (page: Page, act: () => Promise<unknown>): Promise<{ name: string; text: string }> => {
    const [file] = await Promise.all([page.waitForEvent('download'), act()])
    return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') }
  }
  const bring = async (page: Page, name: string, text: string): Promise<void> => {
    await history(page).getByRole('button', { name: 'More for all chats' }).click()
    await page.getByRole('menuitem', { name: 'Import chats' }).click()
    await page
      .getByLabel('Files', { exact: true })
      .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) })
  }

  it('go out in three forms and come in again, each chat once', async () => {
    const { id } = chat('Plans')
    const before = server.sanjha.chats.get(id)
    await using lab = await openLab(browser, `${url}/lab/chat`)
    const { page } = lab
    const markdown = await download(page, () => more(page, 'Plans', 'Export as Markdown'))
    expect(markdown.name).toBe('Plans.md')
    expect(markdown.text).toMatch(/^# Plans[\s\S]*## You\n\nWhen is the meeting\?\n\n## test\n\nOn Tuesday at ten\.\n$/)
    const openAi = await download(page, () => more(page, 'Plans', 'Export as OpenAI messages'))
    expect(JSON.parse(openAi.text).messages.map(({ role }: { role: string }) => role)).toEqual(['user', 'assistant'])
    const all = await download(page, async () => {
      await history(page).getByRole('button', { name: 'More for all chats' }).click()
      await page.getByRole('menuitem', { name: 'Export all as JSON' }).click()
    })
    await bring(page, all.name, all.text)
    await page.getByText('0 chats added, 1 was here already.').waitFor()
    await page.keyboard.press('Escape')
    server.sanjha.chats.delete(id)
    await bring(page, all.name, all.text)
    await page.getByText('1 chat added').waitFor()
    expect(server.sanjha.chats.get(id)).toEqual(before)
    await page.keyboard.press('Escape')
    await bring(page, openAi.name, openAi.text)
    await page.getByText('1 chat added').waitFor()
    await expect.poll(titles).toContain('When is the meeting?')
  })

  it('from other programs come in, with what had to be left out', async () => {
    const conversation = {
      title: 'Tea',
      create_time: 1_700_000_000,
      conversation_id: 'c-1',
      current_node: 'a',
      mapping: {
        q: {
          parent: null,
          message: { author: { role: 'user' }, content: { parts: ['How long?', { asset_pointer: 'x' }] } },
        },
        a: { parent: 'q', message: { author: { role: 'assistant' }, content: { parts: ['Three minutes.'] } } },
      },
    }
    await using lab = await openLab(browser, `${url}/lab/chat`)
    const { page } = lab
    await bring(page, 'conversations.json', JSON.stringify([conversation, { mapping: {} }]))
    await page.getByText('1 picture or file is not part of the export').waitFor()
    await page.getByText('1 entry has no messages').waitFor()
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await history(page).getByRole('heading', { name: 'Older' }).waitFor()
    await row(page, 'Tea').waitFor()
  })

  it.each([
    ['{"a":1}', 'of no form that is known here'],
    ['PK\u0003\u0004', 'conversations.json in it'],
    // What has the right name and is wrong within, the server refuses; nothing is half there.
    ['{"format":"sanjha.chats","version":1,"chats":[{"id":"x"}]}', 'This is no export of chats'],
  ])('that are something else are refused in words: %s', async (text, words) => {
    await using lab = await openLab(browser, `${url}/lab/chat`, { allow: [/400/] })
    await bring(lab.page, 'file.json', text)
    await lab.page.getByRole('dialog').getByRole('status').getByText(words).waitFor()
    expect(titles()).toEqual([])
  })
})

it('stays quick with thousands: a part is fetched, the rest as one scrolls, and changes ask for no more than is there', async () => {
  for (let i = 0; i < 3000; i++) server.sanjha.chats.create({ title: `Chat ${i}` })
  await using lab = await openLab(browser, `${url}/lab/chat`)
  const { page } = lab
  await row(page, 'Chat 2999').waitFor()
  expect(await history(page).getByRole('listitem').count()).toBe(100)
  const list = history(page).locator('.history-list')
  await expect
    .poll(async () => {
      await list.evaluate((element) => element.scrollTo(0, element.scrollHeight))
      return await history(page).getByRole('listitem').count()
    })
    .toBeGreaterThanOrEqual(1200)
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  chat('The newest')
  await row(page, 'The newest').waitFor({ state: 'attached' })
  expect(asked.filter((address) => /\/chats\?/.test(address)).length).toBeLessThanOrEqual(6)
})

it('works by keyboard alone: to a chat, through its menu, and back', async () => {
  chat('One')
  await using lab = await openLab(browser, `${url}/lab/chat`)
  const { page } = lab
  await row(page, 'One').focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('menu').getByRole('menuitem', { name: 'Rename' }).waitFor()
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Rename')
  await page.keyboard.press('ArrowDown')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Pin')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Delete')
  await page.keyboard.press('Escape')
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
    .toBe('More for “One”')
  // Whatever happens to the row, the keyboard stays with it; and with the list, when it is gone.
  const place = (): Promise<string | null | undefined> =>
    page.evaluate(() => document.activeElement?.closest('a, section')?.textContent)
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Rename' }).press('Enter')
  await page.keyboard.type('Two')
  await page.keyboard.press('Enter')
  await expect.poll(place).toBe('Two')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Pin' }).press('Enter')
  await history(page).getByRole('heading', { name: 'Pinned' }).waitFor()
  await expect.poll(place).toBe('Two')
  server.sanjha.chats.delete(server.sanjha.chats.list().chats[0]?.id ?? '')
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('List of chats')
})

it('comes over the conversation on narrow screens, and goes once a chat is chosen', async () => {
  const { id } = chat('One')
  await using lab = await openLab(browser, `${url}/lab/chat`, { viewport: { width: 320, height: 720 } })
  const { page } = lab
  await page.getByRole('button', { name: 'Chats', exact: true }).click()
  await row(page, 'One').click()
  await page.waitForURL(`**/lab/chat/${id}`)
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByText('On Tuesday at ten.').waitFor()
})

it.each(['en', 'pa'] as const)('is accessible in %s: both themes, narrow and wide', async (lang) => {
  const { id } = chat('One')
  server.sanjha.chats.update(chat('Pinned').id, { pinned: true, folder: 'Work' })
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [320, 1280]) {
      await using lab = await openLab(browser, `${url}/lab/chat/${id}?lang=${lang}&find=tuesday`, {
        colorScheme,
        viewport: { width, height: 720 },
      })
      const { page } = lab
      const show = async (what: string): Promise<void> => {
        // Where there is no room beside the conversation, the history comes over it.
        if (width === 320) await page.locator('.chat-head button[aria-expanded="false"]').first().click()
        await page.locator(what).first().waitFor()
      }
      await show('.history mark')
      await expectAccessible(page)
      await expectNoSideways(page)
      await page.goto(`${url}/lab/chat/${id}`)
      await show('.history-row')
      await expectAccessible(page)
    }
  }
})
