import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hashApiKey } from '../../src/core/index.ts'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'
import { openBrowser } from '../support/browser.ts'
import { builtLab, expectAccessible, expectNoSideways, type LabPage, openLab } from './labPage.ts'

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

const open = (path = '', options: Parameters<typeof openLab>[2] = {}): Promise<LabPage> =>
  openLab(browser, `${url}/lab/reference${path}`, options)

it('leads from a search to an operation, whose address brings it back', async () => {
  await using lab = await open()
  const { page } = lab
  await page.getByRole('heading', { level: 1, name: 'Reference' }).waitFor()
  const list = page.getByRole('navigation', { name: 'Operations' })
  expect(await list.getByRole('heading').allTextContents()).toEqual(['OpenAI', 'Anthropic', 'Ollama', 'Sanjha'])
  await page.getByRole('searchbox').fill('pull model')
  await expect.poll(() => list.getByRole('link').count()).toBeLessThan(8)
  await list.getByRole('link', { name: '/sanjha/v1/models/pull' }).click()
  await page.getByRole('heading', { level: 2, name: 'Start to bring a model into the store' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/lab/reference/postSanjhaV1ModelsPull')
  expect(new URL(page.url()).searchParams.get('q')).toBe('pull model')
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('operation')
  await page.reload()
  await page.getByRole('heading', { level: 2, name: 'Start to bring a model into the store' }).waitFor()
  expect(await page.getByRole('searchbox').inputValue()).toBe('pull model')
  await page.goBack()
  await page.getByRole('heading', { level: 2, name: 'each to be tried' }).waitFor()
})

it('says when nothing is found, and gives everything back', async () => {
  await using lab = await open('?q=nothing-like-it')
  await lab.page.getByText('Nothing has to do with “nothing-like-it”').waitFor()
  await lab.page.getByRole('button', { name: 'Show all' }).click()
  await lab.page.getByRole('link', { name: '/v1/chat/completions' }).waitFor()
  expect(new URL(lab.page.url()).search).toBe('')
  expect(await lab.page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('search')
})

it('an operation that is not there says so', async () => {
  await using lab = await open('/getNothing')
  await lab.page.getByRole('heading', { name: 'There is no such operation' }).waitFor()
  await expectAccessible(lab.page)
})

it('sends a chat for real, and shows what comes', async () => {
  await using lab = await open('/postV1ChatCompletions')
  const { page } = lab
  const body = page.getByLabel('Request body')
  await expect.poll(() => body.inputValue()).toContain('"model": "test"')
  server.engine.requests.length = 0
  await page.getByRole('button', { name: 'Send' }).click()
  const answer = page.getByRole('region', { name: 'Answer', exact: true })
  await answer.getByText('200 OK', { exact: true }).waitFor()
  await answer.getByText('"object": "chat.completion"').waitFor()
  expect(server.engine.requests.length).toBe(1)
  await answer.getByText(/^\d+ headers$/).click()
  await answer.getByText('content-type', { exact: true }).waitFor()
  // A stream is shown as it came.
  await body.fill(JSON.stringify({ ...JSON.parse(await body.inputValue()), stream: true }))
  await page.getByRole('button', { name: 'Send' }).click()
  await answer.getByText('data: [DONE]').waitFor()
  // What cannot be sent is not sent, and says why.
  await body.fill('{')
  await page.getByText('This is not JSON:').waitFor()
  await page.getByRole('button', { name: 'Send' }).click({ force: true })
  expect(server.engine.requests.length).toBe(2)
  expect(await page.getByRole('button', { name: 'Copy as …' }).count()).toBe(0)
  await page.getByRole('button', { name: 'Back to the example' }).click()
  await expect.poll(() => body.inputValue()).toContain('"model": "test"')
  await expectAccessible(page)
})

it('shows an error of the server as it is', async () => {
  await using lab = await open('/postV1ChatCompletions', { allow: [/404/] })
  await lab.page.getByLabel('Request body').fill('{"model":"none","messages":[{"role":"user","content":"Hi"}]}')
  await lab.page.getByRole('button', { name: 'Send' }).click()
  const answer = lab.page.getByRole('region', { name: 'Answer', exact: true })
  await answer.getByText('404 Not Found').waitFor()
  await answer.getByText('model_not_found').waitFor()
})

it('stops an answer that would never end', async () => {
  await using lab = await open('/getSanjhaV1Events')
  const { page } = lab
  await page.getByRole('button', { name: 'Send' }).click()
  const answer = page.getByRole('region', { name: 'Answer', exact: true })
  await answer.getByText('event: hello').waitFor()
  await answer.getByText('The answer is coming').waitFor()
  await page.getByRole('button', { name: 'Stop' }).click()
  await answer.getByText('Stopped').waitFor()
  await expectAccessible(page)
})

it('asks before it deletes, and deletes only then', async () => {
  await server.sanjha.models.copy('test', 'doomed')
  await using lab = await open('/deleteSanjhaV1ModelsName')
  const { page } = lab
  const isThere = async (): Promise<boolean> => (await server.sanjha.models.find('doomed')) !== undefined
  // Without a name there is nothing to send.
  await page.getByRole('textbox', { name: 'name' }).fill('')
  await page.getByRole('button', { name: 'Send' }).click()
  expect(await page.getByRole('alertdialog').count()).toBe(0)
  await page.getByRole('textbox', { name: 'name' }).fill('doomed')
  await page.keyboard.press('Enter')
  const question = page.getByRole('alertdialog')
  await question.getByText('DELETE /sanjha/v1/models/doomed').waitFor()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await question.waitFor({ state: 'detached' })
  expect(await isThere()).toBe(true)
  await page.keyboard.press('Enter')
  await question.getByRole('button', { name: 'Send and delete' }).click()
  await page.getByText('200 OK', { exact: true }).waitFor()
  expect(await isThere()).toBe(false)
})

it('copies a request in each form, by keyboard alone', async () => {
  await using lab = await open('/postV1ChatCompletions', { permissions: ['clipboard-read', 'clipboard-write'] })
  const { page } = lab
  await expect.poll(() => page.getByLabel('Request body').inputValue()).toContain('"model": "test"')
  await page.getByRole('button', { name: 'Copy as …' }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('tab', { name: 'curl', selected: true }).focus()
  const expected = [
    ['curl', `curl ${url}/v1/chat/completions`],
    ['TypeScript', `baseURL: "${url}/v1"`],
    ['Python', 'from openai import OpenAI'],
    ['CLI', "sanjha run test 'Say hello in one sentence.'"],
  ] as const
  for (const [name, text] of expected) {
    await dialog.getByRole('tab', { name, selected: true }).waitFor()
    const code = (await dialog.locator('pre').textContent()) ?? ''
    expect(code).toContain(text)
    await dialog.getByRole('button', { name: 'Copy', exact: true }).click()
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(code)
    await expectAccessible(page)
    await dialog.getByRole('tab', { name, selected: true }).focus()
    await page.keyboard.press('ArrowRight')
  }
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Copy as …')
})

it('asks for a key where the server does; tells which one to use, and never the key', async () => {
  const key = 'a-secret-key-for-the-reference'
  const locked = testServer({ server: { labFolder: builtLab }, settings: { apiKeys: [hashApiKey(key)] } })
  try {
    const { url: address } = await locked.server.listen({ port: 0 })
    await using lab = await openLab(browser, `${address}/lab/reference/postV1ChatCompletions`, { allow: [/401/] })
    const { page } = lab
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('401 Unauthorized', { exact: true }).waitFor()
    await page.getByLabel('API key').fill(key)
    await page.getByRole('button', { name: 'Use it' }).click()
    await page.getByText('401 Unauthorized', { exact: true }).waitFor({ state: 'detached' })
    await expect.poll(() => page.getByLabel('Request body').inputValue()).toContain('"model": "test"')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('200 OK', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Copy as …' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Authorization: Bearer $SANJHA_API_KEY').waitFor()
    expect(await page.content()).not.toContain(key)
  } finally {
    await locked.close()
  }
})

it.each(['en', 'pa'] as const)('is accessible in %s: both themes, narrow and wide', async (lang) => {
  for (const path of ['', '/postV1ChatCompletions', '/getSanjhaV1Runs']) {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [320, 1280]) {
        await using lab = await open(`${path}?lang=${lang}`, { colorScheme, viewport: { width, height: 720 } })
        const { page } = lab
        await page
          .getByRole('heading', { level: path === '' && width === 320 ? 1 : 2 })
          .first()
          .waitFor()
        // On the narrow screen everything that can be opened is.
        for (let i = 0; i < 3 && width === 320; i++) {
          await page.evaluate(() => {
            for (const each of document.querySelectorAll<HTMLDetailsElement>('main details')) each.open = true
          })
        }
        await expectAccessible(page)
        await expectNoSideways(page)
      }
    }
  }
})

it('shows one thing at a time on a narrow screen, and leads back', async () => {
  await using lab = await open('?q=rerank', { viewport: { width: 320, height: 640 } })
  const { page } = lab
  await page.getByRole('link', { name: '/v1/rerank' }).click()
  await page.getByRole('button', { name: 'Send' }).waitFor()
  expect(await page.getByRole('navigation', { name: 'Operations' }).isVisible()).toBe(false)
  await page.getByRole('link', { name: 'All operations' }).click()
  await page.getByRole('link', { name: '/v1/rerank' }).waitFor()
  expect(await page.getByRole('searchbox').inputValue()).toBe('rerank')
})
