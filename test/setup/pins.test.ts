import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cacheFolder } from '../../bin/bootstrap/cacheFolder.js'
import { isNewEnough } from '../../bin/bootstrap/isNewEnough.js'
import { oldestNode, pinnedNode } from '../../bin/bootstrap/pins.js'
import { resolvePaths } from '../../src/core/index.ts'
import { repository } from '../support/tinyCheckout.ts'

test('the pinned Node is one that package.json asks for', () => {
  const { engines } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
  expect(engines.node).toBe(`>=${oldestNode}`)
  const versions = [pinnedNode.version, ...Object.values(pinnedNode.packages).flatMap((pin) => pin.version ?? [])]
  for (const version of versions) expect(isNewEnough(version), version).toBe(true)
  for (const pin of Object.values(pinnedNode.packages)) expect(pin.integrity).toMatch(/^sha512-[\w+/]{86}==$/)
})

// The agents of Node's HTTP take a proxy since 24.5.
test.each([
  ['v20.19.0', false],
  ['v24.0.0', false],
  ['v24.4.1', false],
  ['v24.5.0', true],
  ['24.21.0', true],
  ['v25.0.0', true],
  ['v26.1.0', true],
  ['', false],
  ['not found', false],
])('Node %j is new enough: %s', (version, expected) => {
  expect(isNewEnough(version)).toBe(expected)
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
