import type { Browser, Locator, Page } from 'playwright-core'
import type { TestServer } from '../../src/server/testing/testServer.ts'
import { type LabPage, openLab } from './labPage.ts'

/** A new chat with the model `test`, ready to be written in. */
export async function openChat(
  browser: Browser,
  url: string,
  options: Parameters<typeof openLab>[2] = {},
): Promise<LabPage> {
  const lab = await openLab(browser, `${url}/lab/chat?model=test`, options)

  lab.page.setDefaultTimeout(8_000)
  await lab.page.getByLabel('Model').waitFor()
  return lab
}

/** Writes into the chat that is open, and sends it. */
export async function write(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text)
  await page.getByRole('textbox', { name: 'Message' }).press('Enter')
}

/** The newest answer that is shown. */
export function lastAnswer(page: Page): Locator {
  return page.locator('article.answer').last()
}

/** A chat in which these questions were asked and answered. */
export async function chatOnServer(server: TestServer, questions: readonly string[]): Promise<{ id: string }> {
  const { id } = server.sanjha.chats.create()
  for (const text of questions) {
    const started = await server.json('POST', `/sanjha/v1/chats/${id}/answers`, { model: 'test', message: { text } })
    for (;;) {
      const { data } = server.sanjha.chats.message(started.body.answer.id)
      if (!['waiting', 'streaming'].includes(String(data?.['state']))) break
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  return { id }
}
