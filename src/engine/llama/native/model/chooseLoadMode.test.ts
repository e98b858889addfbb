import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hugePagesTunable } from '../../hugePagesTunable.ts'
import { chooseLoadMode, type LoadModeFacts } from './chooseLoadMode.ts'

describe('chooseLoadMode', () => {
  let root: string
  let parts: string[]
  let facts: LoadModeFacts

  const setHugePages = (text: string): void =>
    writeFileSync(join(root, 'sys/kernel/mm/transparent_hugepage/enabled'), text)

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'sanjha-load-mode-'))
    mkdirSync(join(root, 'sys/kernel/mm/transparent_hugepage'), { recursive: true })
    setHugePages('always [madvise] never\n')
    parts = [join(root, 'a.gguf'), join(root, 'b.gguf')]
    for (const part of parts) writeFileSync(part, Buffer.alloc(500))
    facts = { platform: 'linux', env: { GLIBC_TUNABLES: `x=1:${hugePagesTunable}` }, availableBytes: 2000, root }
  })
  afterAll(() => rmSync(root, { recursive: true }))

  it('reads the weights into memory where huge pages are to be had', () => {
    expect(chooseLoadMode(parts, false, facts)).toBe('read')
  })

  it('leaves them mapped when memory is short, of all parts together', () => {
    expect(chooseLoadMode(parts, false, { ...facts, availableBytes: 1999 })).toBe('auto')
    expect(chooseLoadMode(parts.slice(1), false, { ...facts, availableBytes: 1000 })).toBe('read')
  })

  it('leaves the choice to llama.cpp when a GPU has a part, and where there are no huge pages', () => {
    expect(chooseLoadMode(parts, true, facts)).toBe('auto')
    expect(chooseLoadMode(parts, false, { ...facts, platform: 'darwin' })).toBe('auto')
    expect(chooseLoadMode(parts, false, { ...facts, env: {} })).toBe('auto')
    expect(chooseLoadMode(parts, false, { ...facts, root: join(root, 'nowhere') })).toBe('auto')
    setHugePages('always madvise [never]\n')
    expect(chooseLoadMode(parts, false, facts)).toBe('auto')
    setHugePages('[always] madvise never\n')
    expect(chooseLoadMode(parts, false, facts)).toBe('read')
  })
})
