import { link, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeGguf, type TestValue, tinyMetadata, tinyTensors } from '../testing/makeGguf.ts'
import { stage, temporaryStore } from '../testing/stage.ts'

function part(no: number): Uint8Array {
  const split: Record<string, TestValue> = {
    'split.no': { type: 'u32', value: no },
    'split.count': { type: 'u32', value: 2 },
    'split.tensors.count': { type: 'i32', value: 3 },
  }
  return no === 0
    ? makeGguf({ metadata: { ...tinyMetadata, ...split }, tensors: tinyTensors.slice(0, 2) })
    : makeGguf({ metadata: split, tensors: tinyTensors.slice(2) })
}

it('foretells what is freed; bytes that have a name of somebody else are not, and stay', async () => {
  const store = await temporaryStore()
  const files = [
    await stage(store, 's', 'm-00001-of-00002.gguf', part(0)),
    await stage(store, 's', 'm-00002-of-00002.gguf', part(1)),
  ]
  const source = 'hf://o/r/m-00001-of-00002.gguf'
  const { digest, files: stored } = await store.commit({ files, name: 's', source })
  // Our own second names, by which the parts find each other, keep nothing.
  expect((await store.removal(digest, ['s'])).ownBytes).toBe(part(0).length + part(1).length)

  const theirs = join(store.root, 'kept-by-somebody.gguf')
  await link(store.blobPath(stored[0]?.digest ?? ''), theirs)
  const foretold = await store.removal(digest, ['s'])
  expect(foretold.ownBytes).toBe(part(1).length)
  expect((await store.remove('s')).freedBytes).toBe(foretold.freedBytes)
  expect(await readFile(theirs)).toEqual(Buffer.from(part(0)))
})
