import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testServer } from '../../src/server/testing/testServer.ts'
import { openBrowser } from '../support/browser.ts'
import { builtLab, openLab } from './labPage.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

it('messages whose data is of no known form are shown as text, each with a note', async () => {
  const server = testServer({ server: { labFolder: builtLab } })
  const { url } = await server.server.listen({ port: 0 })
  const { chats } = server.sanjha
  const { id } = chats.create()
  const broken: readonly object[] = [
    { toolCalls: {} },
    { toolCalls: [null] },
    { toolCalls: [{ arguments: {} }] },
    { toolCalls: [{ id: 'a', name: 'n', arguments: '{}', state: 'done', result: {} }] },
    { attachments: {} },
    { attachments: [{ type: 'text', name: {}, text: '' }] },
    { error: { message: {} }, state: 'failed' },
  ]
  // As rows of old homes are; neither an import nor a request brings them in.
  for (const [i, data] of broken.entries()) {
    const role = 'attachments' in data ? 'user' : 'assistant'
    chats.append(id, { role, text: `Message ${i}`, data: data as Record<string, unknown> })
  }
  await using lab = await openLab(browser, `${url}/lab/chat/${id}`)
  const log = lab.page.getByRole('log')
  for (const i of broken.keys()) await log.getByText(`Message ${i}`, { exact: true }).waitFor()
  expect(await log.getByText('cannot be read').count()).toBe(broken.length)
  await server.close()
})
