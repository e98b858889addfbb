import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cacheFolder } from '../../bin/bootstrap/cacheFolder.js'
import { oldestMajor, pinnedNode } from '../../bin/bootstrap/pins.js'
import { resolvePaths } from '../../src/core/index.ts'
import { repository } from '../support/tinyCheckout.ts'

test('the pinned Node is one that package.json asks for', () => {
  const { engines } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
  expect(engines.node).toBe(`>=${oldestMajor}`)
  const versions = [pinnedNode.version, ...Object.values(pinnedNode.packages).flatMap((pin) => pin.version ?? [])]
  for (const version of versions) expect(Number.parseInt(version, 10)).toBe(oldestMajor)
  for (const pin of Object.values(pinnedNode.packages)) expect(pin.integrity).toMatch(/^sha512-[\w+/]{86}==$/)
})

test.each([
  {},
  { SANJHA_HOME: '/somewhere' },
  { XDG_CACHE_HOME: '/elsewhere' },
  { XDG_CACHE_HOME: 'relative' },
  { SANJHA_HOME: '', XDG_CACHE_HOME: '' },
])('the cache folder is the one of the program: %j', (env) => {
  expect(cacheFolder(env, '/home/ann')).toBe(resolvePaths(env, '/home/ann').cache)
})
