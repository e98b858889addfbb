/** The chat with a real model, in a server that is a process of its own and can be killed. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { type LabProcess, startLabProcess } from '../support/labProcess.ts'
import { TestHome } from '../support/sanjha.ts'
import { pulled } from '../support/serving.ts'
import { testModelPath } from '../support/testModel.ts'
import { lastAnswer, write } from './chatPage.ts'
import { builtLab, expectAccessible, openLab } from './labPage.ts'

let browser: Browser
let home: TestHome
let server: LabProcess
let model: string
const environment = (): Record<string, string> => ({
  SANJHA_HOME: home.path,
  SANJHA_ENGINE_THREADS: '1',
  SANJHA_ENGINE_CONTEXT_LENGTH: '2048',
})
beforeAll(async () => {
  browser = await openBrowser()
  home = new TestHome()
  model = await pulled(home, await testModelPath())
  server = await startLabProcess(builtLab, environment())
})
afterAll(async () => {
  await browser?.close()
  await server?.kill()
  await home?.[Symbol.asyncDispose]()
})

/** Something that a small model talks about for long. */
const long = 'Count from one to five hundred in words, every number on a line of its own.'

/** A chat whose answers end only when they are stopped: the model's own end is not taken. */
async function endlessChat(): Promise<string> {
  const response = await fetch(`${server.url}/sanjha/v1/chats`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, data: { settings: { ignore_eos: true } } }),
  })
  return `${server.url}/lab/chat/${((await response.json()) as { id: string }).id}`
}

const saidOf = async (page: Page): Promise<string> => (await lastAnswer(page).locator('.md').last().textContent()) ?? ''
const hasSaid = (page: Page, length: number): Promise<void> =>
  expect
    .poll(async () => (await lastAnswer(page).locator('.md').count()) > 0 && (await saidOf(page)).length, {
      timeout: 90_000,
    })
    .toBeGreaterThan(length)
const ask = async (page: Page, text: string): Promise<void> => {
  await page.getByLabel('Model').waitFor()
  await write(page, text)
}

it('a real answer, and what it cost', async () => {
  await using lab = await openLab(browser, `${server.url}/lab/chat`)
  const { page } = lab
  await ask(page, 'What is the capital of France? Answer in one sentence.')
  await lastAnswer(page).getByText('Paris').first().waitFor({ timeout: 90_000 })
  await lastAnswer(page)
    .getByText(/\d+ tokens? · [\d.]+ tokens\/s · first word after/)
    .waitFor({ timeout: 60_000 })
  await expectAccessible(page)
})

it('two tabs see an answer grow, and Escape in the one stops it in both', async () => {
  await using lab = await openLab(browser, await endlessChat())
  await using second = await openLab(browser, lab.page.url())
  await ask(lab.page, long)
  await Promise.all([hasSaid(lab.page, 40), hasSaid(second.page, 40)])
  await second.page.keyboard.press('Escape')
  await Promise.all([lab.page, second.page].map((each) => lastAnswer(each).getByText('Stopped.').waitFor()))
  expect(await saidOf(lab.page)).toBe(await saidOf(second.page))
})

it('a reload in mid-answer loses nothing, and Escape stops the engine', async () => {
  await using lab = await openLab(browser, await endlessChat())
  const { page } = lab
  await ask(page, long)
  await hasSaid(page, 60)
  const before = await saidOf(page)
  await page.reload()
  await hasSaid(page, before.length + 20)
  expect((await saidOf(page)).replace(/\s/g, '')).toContain(before.replace(/\s/g, '').slice(0, 40))
  await page.keyboard.press('Escape')
  await lastAnswer(page).getByText('Stopped.').waitFor()
  const engineStill = async (): Promise<number> => {
    const { models } = (await (await fetch(`${server.url}/sanjha/v1/loaded`)).json()) as {
      models: { status: { active: number } | null }[]
    }
    return models.reduce((sum, { status }) => sum + (status?.active ?? 0), 0)
  }
  await expect.poll(engineStill).toBe(0)
})

it('kill -9 of the server in mid-answer: what was said is there after a restart, with a way on', async () => {
  await using lab = await openLab(browser, await endlessChat(), { allow: [/ERR_|Failed to load/] })
  const { page } = lab
  await ask(page, long)
  await hasSaid(page, 80)
  // What is written down at least twice a second is what is left.
  await page.waitForTimeout(1000)
  await server.kill()
  await page.getByRole('textbox', { name: 'Message' }).fill('Written while it was away')
  server = await startLabProcess(builtLab, environment(), server.port)
  await lastAnswer(page).getByText('Interrupted.').waitFor({ timeout: 60_000 })
  const said = await saidOf(page)
  expect(said.length).toBeGreaterThan(40)
  expect(await page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('Written while it was away')
  await expectAccessible(page)
  await page.reload()
  await lastAnswer(page).getByText('Interrupted.').waitFor()
  expect(await saidOf(page)).toBe(said)
  await lastAnswer(page).getByRole('button', { name: 'Continue' }).click()
  await page.getByText('Continue exactly where you stopped.').waitFor()
  await hasSaid(page, 5)
  await page.keyboard.press('Escape')
  await lastAnswer(page).getByText('Stopped.').waitFor()
})
