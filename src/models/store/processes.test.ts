import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { digestOf } from '../digest.ts'
import { tinyGguf } from '../testing/makeGguf.ts'
import { stage, temporaryStore } from '../testing/stage.ts'

const worker = fileURLToPath(new URL('../testing/storeWorker.ts', import.meta.url))

function start(root: string, id: number, count: number): ChildProcess {
  return spawn(process.execPath, [worker, root, join(root, '..', 'sanjha.db'), String(id), String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

const newRoot = async (): Promise<string> => join(await mkdtemp(join(tmpdir(), 'sanjha-processes-')), 'store')

/** Every digest that the layout names is there, and is what it says. Returns the files of them. */
async function checkWhole(root: string): Promise<string[]> {
  const named = new Set<string>()
  const { manifests } = JSON.parse(await readFile(join(root, 'index.json'), 'utf8')) as {
    manifests: { digest: string }[]
  }
  const blob = async (digest: string): Promise<Buffer> => {
    const content = await readFile(join(root, 'blobs', 'sha256', digest.slice(7)))
    expect(digestOf(content)).toBe(digest)
    named.add(digest.slice(7))
    return content
  }
  for (const { digest } of manifests) {
    const { config, layers } = JSON.parse((await blob(digest)).toString()) as {
      config: { digest: string }
      layers: { digest: string }[]
    }
    for (const part of [config, ...layers]) await blob(part.digest)
  }
  return [...named].toSorted()
}

/** Reads the index as fast as it can: it is whole at every moment. Returns how often it was read. */
async function readAllTheTime(root: string, goOn: () => boolean): Promise<number> {
  let reads = 0
  while (goOn()) {
    const text = await readFile(join(root, 'index.json'), 'utf8').catch(() => undefined)
    if (text === undefined) continue
    JSON.parse(text)
    reads++
  }
  return reads
}

it('several processes change one store, and no change is lost', async () => {
  const root = await newRoot()
  const count = 12
  const workers = [1, 2, 3, 4].map((id) => start(root, id, count))
  let working = true
  const reading = readAllTheTime(root, () => working)
  const codes = await Promise.all(workers.map(async (w) => (await once(w, 'exit'))[0]))
  working = false
  expect(codes).toEqual([0, 0, 0, 0])
  expect(await reading).toBeGreaterThan(10)
  const named = await checkWhole(root)
  const store = await temporaryStore(root)
  const names = (await store.list()).flatMap((m) => [m.name, ...m.aliases]).filter((n) => n.startsWith('w'))
  const expected = [1, 2, 3, 4].flatMap((id) =>
    Array.from({ length: count }, (_, i) => i)
      .filter((i) => i % 3 !== 2)
      .map((i) => `w${id}:n${i}`),
  )
  expect(names.toSorted()).toEqual(expected.toSorted())
  // What nobody names any more is gone.
  expect((await readdir(join(root, 'blobs', 'sha256'))).toSorted()).toEqual(named)
}, 60_000)

it('a process that is killed in the middle of writing leaves a whole store that the next one goes on with', async () => {
  const root = await newRoot()
  for (let round = 0; round < 8; round++) {
    const victim = start(root, round + 1, 0)
    await once(victim.stdout as NonNullable<typeof victim.stdout>, 'data')
    await delay(Math.random() * 40)
    victim.kill('SIGKILL')
    await once(victim, 'exit')
    await checkWhole(root)
  }
  const store = await temporaryStore(root)
  const file = await stage(store, 'after', 'm.gguf', tinyGguf(255))
  await store.commit({ files: [file], name: 'after', source: 'file:///after.gguf' })
  expect((await store.find('after'))?.size).toBe(tinyGguf().length)
  // Whatever its age, and whatever the clocks say of it.
  await store.pruneStaging(-1000)
  expect((await readdir(join(root, 'blobs', 'sha256'))).filter((n) => n.endsWith('.tmp'))).toEqual([])
  await checkWhole(root)
}, 60_000)
