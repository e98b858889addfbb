import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configurationPage } from '../../scripts/configurationPage.ts'
import { loadConfig } from '../../src/core/index.ts'

const page = join(import.meta.dirname, '..', '..', 'docs', 'reference', 'configuration.md')

test('the page of settings lists exactly the settings that there are', () => {
  expect(readFileSync(page, 'utf8'), 'run `npm run docs`').toBe(configurationPage())
})

test('the example on the page is a valid configuration', async () => {
  const example = /```yaml\n([\s\S]*?)```/.exec(readFileSync(page, 'utf8'))?.[1] ?? ''
  const folder = await mkdtemp(join(tmpdir(), 'sanjha-docs-'))
  const configFile = join(folder, 'config.yaml')
  await writeFile(configFile, example)
  const { config } = await loadConfig({ env: {}, paths: { configFile } })
  await rm(folder, { recursive: true })
  expect([config.server.port, config.engine.keepAliveMs, config.remotes.length]).toEqual([9000, 1_800_000, 1])
})
