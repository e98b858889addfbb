import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { programName } from '../../bin/bootstrap/programName.js'

let folder: string
let root: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-name-'))
  root = join(folder, 'checkout')
  mkdirSync(join(root, 'src', 'cli'), { recursive: true })
  mkdirSync(join(root, 'bin'))
  mkdirSync(join(folder, 'on-path'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const isCheckout = (): void => writeFileSync(join(root, 'src', 'cli', 'main.ts'), '')
const nameIn = (cwd: string, path = join(folder, 'on-path')): string => programName(root, { PATH: path }, cwd)

test('an installed program is called by its name', () => {
  expect(nameIn(folder)).toBe('sanjha')
})

describe.skipIf(process.platform === 'win32')('a program in a checkout', () => {
  beforeEach(isCheckout)

  test('is called by a path that can be typed from where one is', () => {
    expect(nameIn(root)).toBe('./bin/sanjha.js')
    expect(nameIn(join(root, 'bin'))).toBe('./sanjha.js')
    expect(nameIn(folder)).toBe('./checkout/bin/sanjha.js')
    expect(nameIn(join(root, 'src'))).toBe(join(root, 'bin', 'sanjha.js'))
  })

  test('is called by its name where that is on the PATH', () => {
    writeFileSync(join(folder, 'on-path', 'sanjha'), '')
    expect(nameIn(root)).toBe('sanjha')
    expect(nameIn(root, join(folder, 'elsewhere'))).toBe('./bin/sanjha.js')
  })
})
