/** The page of models with a real engine: what it says of memory and devices is what the engine says. */
import { existsSync, statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSanjha, type Sanjha } from '../../src/app/index.ts'
import { loadConfig, resolvePaths, silentLogger } from '../../src/core/index.ts'
import { tinyGguf } from '../../src/models/testing/makeGguf.ts'
import { createServer, type Server } from '../../src/server/index.ts'
import { openBrowser } from '../support/browser.ts'
import { testModelPath } from '../support/testModel.ts'
import { builtLab, openLab } from './labPage.ts'

let browser: Browser
let home: string
let sanjha: Sanjha
let server: Server
let url: string
beforeAll(async () => {
  browser = await openBrowser()
  home = await mkdtemp(join(tmpdir(), 'sanjha-lab-'))
  const env = { SANJHA_HOME: home, HF_ENDPOINT: 'http://127.0.0.1:9' }
  const paths = resolvePaths(env)
  const settings = await loadConfig({ env, paths, cwd: home, flags: [] })
  sanjha = await createSanjha({ settings, paths, log: silentLogger, env })
  server = createServer(sanjha, { labFolder: builtLab })
  server.ready()
  url = (await server.listen({ port: 0 })).url
})
afterAll(async () => {
  await browser?.close()
  await server?.close(0)
  await sanjha?.close()
  await rm(home, { recursive: true, force: true })
})

it('takes a file of one’s own, loads it, says what it uses and computes on, unloads and deletes it, and leaves the file', async () => {
  const file = await testModelPath()
  const { size } = statSync(file)
  await using lab = await openLab(browser, `${url}/lab/models`, { allow: [/404/] })
  const { page } = lab
  await page.getByLabel('Name or address').fill(`file://${file}`)
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByText('fits', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Pull' }).click()
  const link = page.getByRole('link', { name: `file://${file}`, exact: true })
  await page.getByText('is here.').waitFor()
  await link.click()
  await page.getByText('Apache-2.0').first().waitFor()

  await page.getByLabel('Context length in tokens').fill('512')
  await page.getByRole('button', { name: 'Load', exact: true }).click()
  const inMemory = page.getByRole('region', { name: 'In memory' })
  await inMemory.getByText('512 tokens of context').waitFor()
  await inMemory.getByText('ready', { exact: true }).waitFor()
  const [loaded] = sanjha.engines.list()
  expect(loaded).toMatchObject({ contextLength: 512, state: 'ready' })
  expect(loaded?.status?.memoryBytes).toBeGreaterThan(size / 2)
  for (const device of loaded?.status?.devices ?? ['The engine does not say.'])
    await inMemory.getByText(device).waitFor()
  await inMemory.getByText('What the engine wrote last').click()
  await inMemory.getByText(/process \d+ started/).waitFor()

  await inMemory.getByRole('button', { name: 'Unload' }).click()
  await inMemory.getByText('It is not loaded.').waitFor()
  expect(sanjha.engines.list()).toEqual([])

  await page.getByRole('button', { name: 'Delete' }).click()
  await page
    .getByRole('alertdialog')
    .getByText(/are freed|No room is freed/)
    .waitFor()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
  await link.waitFor({ state: 'detached' })
  expect(await sanjha.models.list()).toEqual([])
  expect(existsSync(file) && statSync(file).size).toBe(size)
})

it('says why a model cannot be loaded, with what its engine wrote', async () => {
  const file = join(home, 'tiny.gguf')
  // A header of a whole model, and a few of its tensors: what the store takes, and no engine.
  await writeFile(file, tinyGguf())
  const { name } = await sanjha.models.pull(`file://${file}`)
  await using lab = await openLab(browser, `${url}/lab/models/${encodeURIComponent(name)}`, {
    allow: [/status of (4|5)/],
  })
  const { page } = lab
  await page.getByRole('button', { name: 'Load', exact: true }).click()
  await page.getByRole('alert').getByText('It could not be loaded').waitFor()
  await page
    .getByRole('region', { name: 'What the engine wrote last' })
    .getByText(/tensor|error|fail/i)
    .waitFor()
})
