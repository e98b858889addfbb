import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeTarGz, makeZip, type ZipOptions } from '../../../../test/support/archives.ts'
import { SanjhaError } from '../../../core/index.ts'
import { extractMember } from './extractMember.ts'

const content = Buffer.concat([randomBytes(70_000), Buffer.alloc(70_000)])
const files = {
  'pkg/__init__.py': Buffer.from('x = 1\n'),
  'pkg/data/m.gguf': content,
  'pkg-1.0.dist-info/LICENSE': Buffer.from('free'),
}

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sanjha-archive-'))
})
afterEach(async () => {
  await rm(directory, { recursive: true })
})

async function extract(archive: Uint8Array, format: 'zip' | 'tar.gz', member = 'm.gguf', free?: number) {
  await writeFile(join(directory, 'archive'), archive)
  const target = join(directory, 'out')
  const result = await extractMember({
    archive: join(directory, 'archive'),
    format,
    label: 'the archive',
    member,
    target,
    directory,
    ...(free !== undefined && { freeSpace: async () => free }),
  })
  return { ...result, content: await readFile(target) }
}

const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`

describe('ZIP', () => {
  test.each<[string, ZipOptions]>([
    ['deflated', {}],
    ['stored', { method: 'stored' }],
    ['with sizes after the data', { dataDescriptor: true }],
    ['with a comment that looks like an end', { comment: 'PK\x05\x06 and more' }],
    ['with 64-bit fields', { zip64: true }],
  ])('%s', async (_, options) => {
    const result = await extract(makeZip(files, options), 'zip')
    expect(result).toMatchObject({ size: content.length, digest })
    expect(result.content.equals(content)).toBe(true)
    expect((await readdir(directory)).toSorted()).toEqual(['archive', 'out'])
  })

  test('an empty file in it', async () => {
    expect((await extract(makeZip({ 'm.gguf': new Uint8Array(0) }), 'zip')).size).toBe(0)
  })

  test.each<[string, ZipOptions, string]>([
    ['a size that is too small (a bomb)', { claimedSize: 10 }, 'invalid_file'],
    ['a size that is too large', { claimedSize: 10_000_000 }, 'invalid_file'],
    ['encrypted', { encrypted: true }, 'unsupported'],
  ])('%s', async (_, options, code) => {
    await expect(extract(makeZip(files, options), 'zip')).rejects.toMatchObject({ code })
  })

  test('names in it decide nothing about where bytes go', async () => {
    await extract(makeZip({ '../../evil/m.gguf': content }), 'zip')
    expect((await readdir(directory)).toSorted()).toEqual(['archive', 'out'])
  })
})

describe('tar.gz', () => {
  test('a file by the end of its path', async () => {
    expect(await extract(makeTarGz(files), 'tar.gz')).toMatchObject({ size: content.length, digest })
  })

  test.each(['pax', 'gnu'] as const)('long paths, the %s way', async (way) => {
    const path = `${'very/'.repeat(40)}m.gguf`
    expect(await extract(makeTarGz({ a: Buffer.from('a'), [path]: content }, way), 'tar.gz')).toMatchObject({ digest })
  })
})

describe('both', () => {
  const make = { zip: makeZip, 'tar.gz': makeTarGz }
  test.each(['zip', 'tar.gz'] as const)('%s: what cannot be taken', async (format) => {
    await expect(extract(make[format](files), format, 'other.gguf')).rejects.toMatchObject({
      code: 'model_not_found',
      hint: 'It holds pkg/data/m.gguf.',
    })
    await expect(extract(make[format]({ 'a/m.gguf': content, 'b/m.gguf': content }), format)).rejects.toMatchObject({
      code: 'invalid_reference',
    })
    await expect(extract(make[format](files), format, 'm.gguf', 1000)).rejects.toMatchObject({ code: 'disk_full' })
    await expect(extract(make[format](files).subarray(0, -300), format)).rejects.toMatchObject({ code: 'invalid_file' })
    await expect(extract(Buffer.from('<html>log in</html>'), format)).rejects.toMatchObject({ code: 'invalid_file' })
    await expect(extract(new Uint8Array(0), format)).rejects.toMatchObject({
      code: expect.stringMatching(/invalid_file|model_not_found/),
    })
  })

  test.each(['zip', 'tar.gz'] as const)('property: a damaged %s gives the right bytes or an error', async (format) => {
    const whole = make[format](files)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 }),
        async (flips) => {
          const damaged = Buffer.from(whole)
          for (const [at, by] of flips) damaged[at]! ^= by
          const result = await extract(damaged, format).catch((error: unknown) => {
            if (!SanjhaError.is(error)) throw error
            return undefined
          })
          if (result !== undefined && format === 'zip') expect(result.digest).toBe(digest)
        },
      ),
      { numRuns: 60 },
    )
  })
})
