import { readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { acquireFileLock } from '../../core/index.ts'
import { digestOf } from '../digest.ts'
import { tinyGguf } from '../testing/makeGguf.ts'
import { stage, temporaryStore } from '../testing/stage.ts'
import { openBlobs } from './blobs.ts'
import type { ModelStore } from './contract.ts'
import type { IndexedModel } from './sqliteIndex.ts'
import { compareSizes, dropBlobs } from './verify.ts'

const day = 24 * 3600 * 1000
/** Also what was written just now: a file's time has fractions of the millisecond that a clock is at. */
const anyAge = -1000

let store: ModelStore
beforeEach(async () => {
  store = await temporaryStore()
})

const commit = async (name: string) =>
  store.commit({ files: [await stage(store, name, `${name}.gguf`, tinyGguf())], name, source: `file:///${name}.gguf` })
const blobs = (): Promise<string[]> => readdir(join(store.root, 'blobs', 'sha256'))

describe('damage', () => {
  it('names the file that was changed or is gone', async () => {
    const model = await commit('tiny')
    expect(await store.verify('tiny')).toEqual([])
    const bytes = tinyGguf()
    bytes[bytes.length - 1] = 7
    await writeFile(model.files[0]?.path ?? '', bytes)
    expect(await store.verify('tiny')).toEqual([
      { digest: digestOf(tinyGguf()), name: 'model.gguf', actual: digestOf(bytes) },
    ])
  })

  it.each(['model.gguf', 'manifest', 'config'])(
    'a good %s takes the place of a damaged one of the same size',
    async (which) => {
      const model = await commit('tiny')
      const manifest = JSON.parse(Buffer.from(await store.readBlob(model.digest)).toString())
      const digests = { 'model.gguf': model.files[0]?.digest, manifest: model.digest, config: manifest.config.digest }
      const path = store.blobPath(digests[which as keyof typeof digests] ?? '')
      const bytes = await readFile(path)
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
      await writeFile(path, bytes)
      expect(await store.verify('tiny')).toMatchObject([{ name: which }])
      await commit('tiny')
      expect(await store.verify('tiny')).toEqual([])
    },
  )

  it('what has been put in place of a damaged file meanwhile is not dropped', async () => {
    const model = await commit('tiny')
    const path = model.files[0]?.path ?? ''
    const blobsOf = openBlobs(store.root)
    const known = {
      manifest: { mediaType: 'm', digest: model.digest, size: 1 },
      facts: { files: model.files },
    } as unknown
    const damage = async () => {
      await writeFile(path, 'short')
      return await compareSizes(known as IndexedModel, blobsOf)
    }
    const seen = await damage()
    await writeFile(`${path}.new`, tinyGguf())
    await rename(`${path}.new`, path)
    expect(await dropBlobs(seen, blobsOf)).toEqual([])
    expect(await store.verify('tiny')).toEqual([])
    expect(await dropBlobs(await damage(), blobsOf)).toMatchObject([{ actual: '5 bytes' }])
    expect(await store.hasBlob(digestOf(tinyGguf()))).toBe(false)
  })
})

describe('pruneStaging', () => {
  it('removes what was left half way, and no whole blob, whether or not the index names it or is there at all', async () => {
    await commit('tiny')
    const folder = join(store.root, 'blobs', 'sha256')
    await writeFile(join(folder, 'f'.repeat(64)), 'of a lost index')
    const keep = await blobs()
    for (const name of keep) await utimes(join(folder, name), 0, 0)
    await writeFile(join(folder, '.1.abc.tmp'), 'half')
    await stage(store, 'abandoned', 'x.partial', 'part')
    expect(await store.pruneStaging()).toEqual({ freedBytes: 0, removed: 0 })
    // The folder of the committed model is empty, and counts.
    expect(await store.pruneStaging(anyAge)).toEqual({ freedBytes: 8, removed: 3 })
    expect(await blobs()).toEqual(keep)
    expect((await readdir(join(store.root, 'staging'))).filter((name) => !name.endsWith('.lock'))).toEqual([])
    await rm(join(store.root, 'index.json'))
    expect(await store.pruneStaging(anyAge)).toEqual({ freedBytes: 0, removed: 0 })
    expect(await blobs()).toEqual(keep)
  })

  it('leaves what somebody fetches into, and their lock, however old it looks', async () => {
    const { path } = await stage(store, 'held', 'x.partial', 'part')
    const folder = dirname(path)
    const release = await acquireFileLock(`${folder}.lock`)
    const old = new Date(Date.now() - 400 * day)
    for (const each of [path, folder, `${folder}.lock`]) await utimes(each, old, old)
    expect(await store.pruneStaging()).toEqual({ freedBytes: 0, removed: 0 })
    await expect(acquireFileLock(`${folder}.lock`, { timeoutMs: 0 })).rejects.toMatchObject({ code: 'locked' })
    await release()
    expect(await store.pruneStaging()).toEqual({ freedBytes: 4, removed: 1 })
    // The lock stays: removing it would let in two at once.
    expect(await readdir(join(store.root, 'staging'))).toEqual([`${basename(folder)}.lock`])
  })

  it('leaves a partial file for as long as its run can be resumed', async () => {
    const { path } = await stage(store, 'k', 'x.partial', 'part')
    const age = async (days: number): Promise<void> => {
      const then = new Date(Date.now() - days * day)
      for (const each of [path, dirname(path)]) await utimes(each, then, then)
    }
    await age(91)
    expect((await store.pruneStaging()).removed).toBe(0)
    // A new attempt counts, also one that could fetch nothing.
    await age(400)
    await store.stagingDirectory('k')
    expect((await store.pruneStaging()).removed).toBe(0)
    await age(101)
    expect(await store.pruneStaging()).toEqual({ freedBytes: 4, removed: 1 })
  })
})
