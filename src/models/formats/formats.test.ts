import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SanjhaError } from '../../core/index.ts'
import { makeGguf, tinyGguf, tinyMetadata, tinyTensors } from '../testing/makeGguf.ts'
import { makeSafetensors } from '../testing/makeSafetensors.ts'
import { type ByteSource, memorySource } from './ByteSource.ts'
import type { ModelHeader } from './contract.ts'
import { detectFormat, formats, readHeader } from './formats.ts'

/** One good file of each format. A new format joins the suite with a line here. */
const samples: Readonly<Record<string, Uint8Array>> = {
  gguf: tinyGguf(),
  safetensors: makeSafetensors({
    tensors: [
      { name: 'a.weight', dtype: 'F32', shape: [4, 8] },
      { name: 'b.weight', dtype: 'BF16', shape: [16] },
    ],
    metadata: { format: 'pt' },
  }),
}

/** Reads, and gives the header or undefined for `invalid_file`; anything else fails the test. */
async function attempt(source: ByteSource): Promise<ModelHeader | undefined> {
  try {
    return await readHeader(source)
  } catch (error) {
    if (SanjhaError.is(error) && error.code === 'invalid_file') return undefined
    throw error
  }
}

/** Counts what is asked for, and never gives more than there is. */
function counting(bytes: Uint8Array): { source: ByteSource; asked: () => number } {
  let asked = 0
  const inner = memorySource(bytes)
  return {
    source: {
      ...inner,
      read: (offset, length) => {
        asked += length
        return inner.read(offset, length)
      },
    },
    asked: () => asked,
  }
}

it('has a sample of every format', () => {
  expect(Object.keys(samples)).toEqual(formats.map((f) => f.format))
})

describe.each(formats.map((f) => [f.format, f] as const))('%s keeps the contract', (name, format) => {
  const sample = samples[name] as Uint8Array

  it('knows its own files and no others', () => {
    for (const [other, bytes] of Object.entries(samples)) {
      expect(detectFormat(bytes.subarray(0, 16)) === format).toBe(other === name)
    }
    for (const bytes of [new Uint8Array(), new Uint8Array(3), new Uint8Array(16)])
      expect(format.matches(bytes)).toBe(false)
  })

  it('gives tensors that lie within the file, in the type and shape that was written', async () => {
    const header = await format.read(memorySource(sample))
    expect(header.format).toBe(name)
    expect(header.tensors.length).toBeGreaterThan(0)
    for (const tensor of header.tensors) {
      expect(tensor.offset + tensor.bytes).toBeLessThanOrEqual(sample.length)
      expect(tensor.shape.every(Number.isSafeInteger)).toBe(true)
    }
    const { parameters } = format.facts([header], {})
    const elements = header.tensors.map((t) => t.shape.reduce((a, b) => a * b, 1))
    expect(parameters).toBe(elements.reduce((a, b) => a + b, 0))
  })

  it('gives JSON', async () => {
    const header = await format.read(memorySource(sample))
    expect(JSON.parse(JSON.stringify(header))).toEqual(header)
  })

  it('refuses the file cut off at any byte', async () => {
    // Padding after the last tensor carries nothing.
    const header = await format.read(memorySource(sample))
    const needed = Math.max(...header.tensors.map((t) => t.offset + t.bytes))
    for (let length = 0; length < needed; length += Math.max(1, Math.floor(needed / 700))) {
      expect(await attempt(memorySource(sample.subarray(0, length))), `${length} bytes`).toBeUndefined()
    }
  })

  it('never reads the weights', async () => {
    const { source, asked } = counting(sample)
    const large: ByteSource = {
      ...source,
      size: 1e13,
      read: async (offset, length) => {
        const out = new Uint8Array(length)
        out.set(sample.subarray(offset, offset + length))
        await source.read(0, Math.min(length, sample.length))
        return out
      },
    }
    await attempt(large)
    expect(asked()).toBeLessThan(1e6)
  })

  it('either parses or says `invalid_file`, whatever bytes are changed, and reads no more than there is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        async (changes) => {
          const bytes = Uint8Array.from(sample)
          for (const [at, value] of changes) bytes[at] = value
          const { source, asked } = counting(bytes)
          await attempt(source)
          // Each byte is read at most a few times: a lie about a length costs nothing.
          expect(asked()).toBeLessThan(bytes.length * 4 + 4096)
        },
      ),
      { numRuns: 1500 },
    )
  })

  it('survives lies in the 8-byte numbers of its header', async () => {
    const lies = [0n, 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]
    await fc.assert(
      fc.asyncProperty(fc.nat(Math.min(2_000, sample.length - 8)), fc.constantFrom(...lies), async (at, lie) => {
        const bytes = Uint8Array.from(sample)
        new DataView(bytes.buffer).setBigUint64(at, lie, true)
        await attempt(memorySource(bytes))
      }),
      { numRuns: 1500 },
    )
  })

  it('refuses noise behind its own first bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (noise) => {
        const bytes = Uint8Array.from([...sample.subarray(0, 16), ...noise])
        expect(await attempt(memorySource(bytes))).toBeUndefined()
      }),
      { numRuns: 300 },
    )
  })
})

describe('what is no model file', () => {
  it.each([
    ['nothing', new Uint8Array(), 'it is empty'],
    ['a web page', new TextEncoder().encode('<!doctype html><title>Sign in</title>'), 'it is a web page'],
    ['a page with a blank line first', new TextEncoder().encode('\n<html><body>404'), 'it is a web page'],
    ['a Git LFS pointer', new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\n'), 'Git LFS pointer'],
    ['noise', new Uint8Array(100).fill(7), 'begins like neither'],
  ])('says so for %s', async (_, bytes, why) => {
    await expect(readHeader(memorySource(bytes, 'page.gguf'))).rejects.toMatchObject({
      code: 'invalid_file',
      message: expect.stringContaining(why),
    })
  })
})

it('keeps a header small that claims to be enormous', async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage: () => void = runInNewContext('gc')
  const used = (): number => {
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  // Only before: what is wasted in passing counts.
  collectGarbage()
  const before = used()
  for (const keyCount of [65_536, 1e9, 2 ** 52]) {
    await attempt(memorySource(makeGguf({ metadata: tinyMetadata, tensors: tinyTensors, keyCount })))
    await attempt(memorySource(makeGguf({ metadata: tinyMetadata, tensors: tinyTensors, tensorCount: keyCount })))
  }
  expect(used() - before).toBeLessThan(64 * 1024 * 1024)
})
