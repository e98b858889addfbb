import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { extractFile } from '../../bin/bootstrap/extract.js'

/** A tar archive of plain files (POSIX ustar). */
function tar(entries: readonly { readonly name: string; readonly content: Uint8Array }[]): Buffer {
  const blocks = entries.flatMap(({ name, content }) => {
    const header = Buffer.alloc(512)
    header.write(name, 0, 100, 'latin1')
    header.write('0000755\0', 100)
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('0', 156)
    header.write('ustar\0' + '00', 257)
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'sanjha-extract-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('takes exactly the one file, whatever lies around it', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 4 }),
      fc.uint8Array({ minLength: 1, maxLength: 200_000 }),
      fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 4 }),
      (before, wanted, after) =>
        inFolder(async (folder) => {
          const other = (content: Uint8Array, index: number) => ({ name: `package/other-${index}`, content })
          const entries = [...before.map(other), { name: 'package/bin/node', content: wanted }, ...after.map(other)]
          await writeFile(join(folder, 'a.tgz'), gzipSync(tar(entries)))
          await extractFile(join(folder, 'a.tgz'), 'package/bin/node', join(folder, 'node'))
          expect(Buffer.compare(await readFile(join(folder, 'node')), wanted)).toBe(0)
          expect((await stat(join(folder, 'node'))).mode & 0o111).not.toBe(0)
        }),
    ),
    { numRuns: 50 },
  ))

test('says when the file is missing or cut short', () =>
  inFolder(async (folder) => {
    const whole = tar([{ name: 'package/bin/node', content: Buffer.alloc(5000, 1) }])
    await writeFile(join(folder, 'a.tgz'), gzipSync(whole))
    const extract = (name: string) => extractFile(join(folder, 'a.tgz'), name, join(folder, name.replaceAll('/', '-')))
    await expect(extract('package/bin/other')).rejects.toThrow(/does not hold package\/bin\/other/)
    await writeFile(join(folder, 'a.tgz'), gzipSync(whole.subarray(0, 3000)))
    await expect(extract('package/bin/node')).rejects.toThrow(/cut short/)
  }))
