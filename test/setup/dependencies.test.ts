import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { areInstalled, installationStamp, matchesLock } from '../../scripts/setup/dependencies.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sanjha-dependencies-'))
  mkdirSync(join(root, 'node_modules'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const here = { os: [process.platform], cpu: [process.arch] }
const elsewhere = { os: ['sunos'], cpu: ['sparc'] }

function locks(asked: object, installed: object): void {
  const lock = (packages: object): string => JSON.stringify({ lockfileVersion: 3, packages: { '': {}, ...packages } })
  writeFileSync(join(root, 'package-lock.json'), lock(asked))
  writeFileSync(join(root, 'node_modules', '.package-lock.json'), lock(installed))
}

test.each([
  ['the same', { a: { version: '1.0.0' } }, { a: { version: '1.0.0' } }, true],
  ['another version', { a: { version: '1.0.0' } }, { a: { version: '1.0.1' } }, false],
  ['one missing', { a: { version: '1.0.0' } }, {}, false],
  ['one for another platform missing', { a: { version: '1.0.0', optional: true, ...elsewhere } }, {}, true],
  ['one for this platform missing', { a: { version: '1.0.0', optional: true, ...here } }, {}, false],
  ['one for no certain platform missing', { a: { version: '1.0.0', optional: true } }, {}, true],
  ['more than is asked for', {}, { a: { version: '1.0.0' } }, true],
])('an installation with %s', (_, asked, installed, expected) => {
  locks(asked, installed)
  expect(matchesLock(root)).toBe(expected)
})

test('nothing is installed where npm has noted nothing, or the note is damaged', () => {
  writeFileSync(join(root, 'package-lock.json'), '{"packages":{}}')
  expect(matchesLock(root)).toBe(false)
  writeFileSync(join(root, 'node_modules', '.package-lock.json'), '{"packa')
  expect(matchesLock(root)).toBe(false)
})

test('a changed lock file makes the installation stale', () => {
  locks({}, {})
  writeFileSync(join(root, 'node_modules', '.sanjha-stamp'), installationStamp(root))
  expect(areInstalled(root)).toBe(true)
  locks({ a: { version: '2.0.0' } }, {})
  expect(areInstalled(root)).toBe(false)
})
