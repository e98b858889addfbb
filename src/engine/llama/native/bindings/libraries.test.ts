import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SanjhaError } from '../../../../core/index.ts'
import { platformName } from '../../backends/backendDirectory.ts'
import { layouts } from './layouts.ts'
import { findLibraryDirectory, verifyLibraries } from './libraries.ts'
import { checkLayout, createNativeTypes } from './nativeTypes.ts'
import { pins } from './pins.ts'

const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return SanjhaError.is(error) ? error.code : String(error)
  }
  return 'none'
}

describe('verifyLibraries', () => {
  let folder: string
  const installed = findLibraryDirectory()
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sanjha-libraries-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('accepts the installed package, every file of it', () => {
    expect(verifyLibraries(installed).toSorted()).toEqual(Object.keys(pins[platformName()]?.files ?? {}).toSorted())
  })

  it('refuses a library with one byte more', () => {
    copyFileSync(join(installed, 'libggml-base.so'), join(folder, 'libggml-base.so'))
    writeFileSync(join(folder, 'libggml-base.so'), '\0', { flag: 'a' })
    expect(codeOf(() => verifyLibraries(folder))).toBe('digest_mismatch')
  })

  it('refuses a library that it does not know, because ggml would open it', () => {
    writeFileSync(join(folder, 'libggml-cpu-evil.so'), 'x')
    expect(codeOf(() => verifyLibraries(folder))).toBe('digest_mismatch')
  })

  it('says so when there are none for the platform, or no folder', () => {
    expect(codeOf(() => verifyLibraries(folder, 'plan9-mips'))).toBe('unsupported')
    expect(codeOf(() => verifyLibraries(join(folder, 'none')))).toBe('unsupported')
    expect(codeOf(() => findLibraryDirectory('plan9-mips'))).toBe('unsupported')
  })

  it('names platforms as the packages do', () => {
    expect(platformName('darwin', 'arm64')).toBe('mac-arm64')
    expect(platformName('win32', 'x64')).toBe('win-x64')
    expect(platformName('linux', 'arm64')).toBe('linux-arm64')
  })
})

describe('struct layouts', () => {
  it('are what the compiler made of the headers', () => {
    expect(() => createNativeTypes()).not.toThrow()
  })

  it('are refused when a field is elsewhere or the size differs', () => {
    const types = createNativeTypes()
    const { llama_batch } = layouts
    const moved = {
      ...layouts,
      llama_batch: { ...llama_batch, fields: { ...llama_batch.fields, pos: [32, 8] as const } },
    }
    expect(codeOf(() => checkLayout('llama_batch', types.llama_batch, moved))).toBe('unsupported')
    const larger = { ...layouts, llama_batch: { ...llama_batch, size: 64 } }
    expect(codeOf(() => checkLayout('llama_batch', types.llama_batch, larger))).toBe('unsupported')
  })
})
