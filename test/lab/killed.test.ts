/** The page while its server is killed and started again, with real work under way. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeGguf, tinyMetadata, tinyTensors } from '../../src/models/testing/makeGguf.ts'
import { makeZip } from '../support/archives.ts'
import { openBrowser } from '../support/browser.ts'
import { type LabProcess, startLabProcess } from '../support/labProcess.ts'
import { startPackageIndex } from '../support/packageIndex.ts'
import { builtLab, openLab } from './labPage.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

it('a run that was killed with its server is shown as it is, and goes on when told to', async () => {
  const gguf = makeGguf({
    metadata: tinyMetadata,
    tensors: [...tinyTensors, { name: 'output.weight', shape: [1024, 1024], bytes: 1024 * 1024 * 4 }],
    fill: 7,
  })
  const wheel = makeZip({ 'model_pkg/model.gguf': gguf }, { method: 'stored' })
  const file = '/files/model_pkg-1.0-py3-none-any.whl'
  const index = await startPackageIndex()
  index.python['model-pkg'] = { 'model_pkg-1.0-py3-none-any.whl': { content: wheel } }
  // Half of it comes, and then nothing more.
  const stalls = Array.from({ length: 20 }, () => ({ kind: 'stall', after: Math.floor(wheel.length / 2) }) as const)
  index.files.offer(file, wheel, ...stalls)
  const home = await mkdtemp(join(tmpdir(), 'sanjha-lab-'))
  const env = { SANJHA_HOME: home, SANJHA_REGISTRIES_PYPI: index.pypi }
  let server: LabProcess | undefined
  try {
    server = await startLabProcess(builtLab, env)
    await using lab = await openLab(browser, `${server.url}/lab/runs`, {
      allow: [/ERR_(CONNECTION|INCOMPLETE|EMPTY|NETWORK)/],
    })
    const { page } = lab
    await page.getByRole('button', { name: 'Connected' }).waitFor()
    await page.evaluate(() =>
      fetch('/sanjha/v1/models/pull', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'pypi://model-pkg/model.gguf' }),
      }),
    )
    const run = page.getByRole('listitem').filter({ hasText: 'Fetch pypi://model-pkg/model.gguf' })
    const bar = run.getByRole('progressbar', { name: 'Downloading' })
    const share = async (): Promise<number> => Number(await bar.getAttribute('value'))
    await expect.poll(share).toBeGreaterThan(0)
    const before = await share()

    await server.kill()
    await page.getByRole('button', { name: /Connecting again|does not answer/ }).waitFor()
    expect(await run.count()).toBe(1)
    server = await startLabProcess(builtLab, env, server.port)
    await page.getByRole('button', { name: 'Connected' }).waitFor()
    await run.getByText('interrupted', { exact: true }).waitFor()
    await run.getByText('Sanjha was stopped in the middle of it.').waitFor()
    expect(await share()).toBeGreaterThanOrEqual(before)

    index.files.offer(file, wheel)
    await run.getByRole('button', { name: 'Resume' }).click()
    await run.getByText('done', { exact: true }).waitFor()
    await run.getByRole('link', { name: /^Open the model/ }).waitFor()
    // It asked for the rest only.
    expect(index.files.requests.at(-1)?.headers.range).toBeDefined()
  } finally {
    await server?.kill()
    await index.close()
    await rm(home, { recursive: true, force: true })
  }
})
