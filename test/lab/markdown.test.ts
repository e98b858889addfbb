import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'
import { openBrowser } from '../support/browser.ts'
import { lastAnswer } from './chatPage.ts'
import { builtLab, openLab } from './labPage.ts'

let browser: Browser
let server: TestServer
let url: string
beforeAll(async () => {
  browser = await openBrowser()
  server = testServer({ server: { labFolder: builtLab } })
  url = (await server.server.listen({ port: 0 })).url
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

/** A chat with an answer that says this. */
function answered(text: string, title = 'Chat'): string {
  const { id } = server.sanjha.chats.create({ title })
  server.sanjha.chats.append(id, { role: 'user', text: 'Say it.' })
  server.sanjha.chats.append(id, { role: 'assistant', text, data: { state: 'done' } })
  return id
}

it('a link shows where it leads, unless its text is that very host', async () => {
  const id = answered(
    '[https://microsoft.com/login](http://t.co/x) [https://t.co.example.org](http://t.co/x) ' +
      '![t.co](http://t.co/x) [![t.co](http://t.co/p)](http://t.co/x) [$t.co$](http://t.co/x) ' +
      '[t.co](http://t.co/x) <http://t.co/x>',
  )
  await using lab = await openLab(browser, `${url}/lab/chat/${id}`)
  const links = lastAnswer(lab.page).locator('.md a')
  await links.first().waitFor()
  const shown = await links.evaluateAll((all) => all.map((link) => link.querySelector('.md-host')?.textContent ?? null))
  expect(shown).toEqual(['(t.co)', '(t.co)', '(t.co)', '(t.co)', '(t.co)', null, null])
})

it.each([
  ['emphasis', '_a'.repeat(125_000), true],
  ['a tag without end', `<b${' '.repeat(250_000)}x`, true],
  ['comments without end', '<!--'.repeat(62_500), false],
  ['formulas without end', '\\[ '.repeat(83_000), true],
  ['quotes just not too deep', `${'> '.repeat(39)}x`, false],
])('250 KB of %s are shown, and the page still answers', async (_, text, isLeft) => {
  const id = answered(`${text}\n\nThe end.`)
  await using lab = await openLab(browser, `${url}/lab/chat/${id}`)
  await lastAnswer(lab.page).getByText('The end.').last().waitFor({ timeout: 15_000 })
  if (isLeft) await lastAnswer(lab.page).getByText('stands as it was written').first().waitFor()
})

it('titles with hidden characters show them in the list', async () => {
  const id = answered('Yes.', 'Ha \u202egpj.exe')
  await using lab = await openLab(browser, `${url}/lab/chat/${id}`)
  const row = lab.page.locator(`[data-chat="${id}"]`).first()
  await row.waitFor()
  expect(await row.locator('a').textContent()).toContain('Ha ⟨U+202E⟩gpj.exe')
  expect(await row.locator('a').getAttribute('title')).toBe('Ha ⟨U+202E⟩gpj.exe')
})
