import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type HubServer, startHubServer } from '../../test/support/hubServer.ts'
import { openCatalog } from './catalog/index.ts'
import type { ModelDetails, PullProgress } from './contract.ts'
import { digestOf } from './digest.ts'
import { type PullDeps, pullModel } from './pull.ts'
import type { ModelStore } from './store/index.ts'
import { failure } from './testing/failure.ts'
import { makeGguf, tinyMetadata } from './testing/makeGguf.ts'
import { temporaryStore } from './testing/stage.ts'

/** A few megabytes, so that a kill meets it half way. */
const large = makeGguf({
  metadata: tinyMetadata,
  tensors: [{ name: 'token_embd.weight', shape: [1024, 1024], bytes: 1024 * 1024 * 4 }],
  fill: 3,
})
const reference = 'hf://o/r/large.gguf'

let hub: HubServer
let home: string
let store: ModelStore
let progress: PullProgress[]

beforeEach(async () => {
  hub = await startHubServer()
  hub.repositories['o/r'] = { files: { 'large.gguf': large } }
  home = await mkdtemp(join(tmpdir(), 'sanjha-pull-'))
  store = await temporaryStore(join(home, 'store'))
  progress = []
})
afterEach(async () => {
  await hub.close()
  await rm(home, { recursive: true, force: true })
})

async function pull(
  more: Partial<PullDeps> & { signal?: AbortSignal; stallTimeoutMs?: number } = {},
): Promise<ModelDetails> {
  const { signal, stallTimeoutMs = 2000, ...deps } = more
  const config = {
    hub: { endpoint: hub.endpoint, token: null, home: null },
    registries: { pypi: null, npm: null },
    downloads: { stallTimeoutMs, probeTimeoutMs: 2000 },
    network: { offline: false, allowHttp: false },
  }
  return await pullModel(
    reference,
    { store, catalog: openCatalog(), config, env: {}, home, cwd: home, ...deps },
    { ...(signal !== undefined && { signal }), onProgress: (p) => progress.push(p) },
  )
}

const staging = async (): Promise<string[]> =>
  (await readdir(join(home, 'store', 'staging'))).filter((name) => !name.endsWith('.lock'))

describe('where things die', () => {
  const worker = () =>
    spawn(
      process.execPath,
      [join(import.meta.dirname, 'testing', 'pullWorker.ts'), join(home, 'store'), join(home, 'db'), reference],
      {
        env: { ...process.env, HF_ENDPOINT: hub.endpoint },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )

  test('killed half way: the next pull goes on from there', async () => {
    hub.cdn.offer(hub.cdnPath(large), large, { kind: 'stall', after: 3_000_000 })
    const child = worker()
    const lines = createInterface(child.stdout)
    await new Promise<void>((resolve) => lines.on('line', (line) => /"completed":[1-9]/.test(line) && resolve()))
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await store.list()).toEqual([])

    const model = await pull()
    expect(model.files[0]?.digest).toBe(digestOf(large))
    const range = /^bytes=(\d+)-$/.exec(String(hub.cdn.requests[1]?.headers.range))
    expect(Number(range?.[1])).toBeGreaterThanOrEqual(1_000_000)
    expect(await staging()).toEqual([])
  })

  test('two processes at once: the bytes travel once, and both have the model', async () => {
    // The first is held up until the second has come to the lock, however long that takes.
    hub.cdn.offer(hub.cdnPath(large), large, { kind: 'stall', after: 1_500_000 })
    const first = pull({ stallTimeoutMs: 600_000 })
    while (!progress.some((p) => p.completed > 1_000_000)) await new Promise((resolve) => setTimeout(resolve, 10))
    const child = worker()
    const lines: string[] = []
    for await (const line of createInterface(child.stdout)) {
      lines.push(line)
      if (line.includes('Another process is fetching this model')) hub.cdn.cutAll()
    }
    const model = await first
    expect(lines.at(-1)).toBe(`done ${model.digest}`)
    expect(hub.cdn.requests.map((r) => r.headers.range ?? 'whole')).toHaveLength(2)
    expect(hub.cdn.requests[1]?.headers.range).toMatch(/^bytes=/)
  })

  test('two pulls in one process', async () => {
    hub.cdn.offer(hub.cdnPath(large), large)
    const [a, b] = await Promise.all([pull(), pull()])
    expect(a.digest).toBe(b.digest)
    expect(hub.cdn.requests).toHaveLength(1)
  })

  test('cancelled: what was fetched stays for the next time', async () => {
    hub.cdn.offer(hub.cdnPath(large), large, { kind: 'stall', after: 3_000_000 })
    const controller = new AbortController()
    const running = pull({ signal: controller.signal })
    while (!progress.some((p) => p.completed >= 1_000_000)) await new Promise((resolve) => setTimeout(resolve, 10))
    controller.abort()
    expect((await failure(running)).code).toBe('cancelled')
    await pull()
    expect(hub.cdn.requests[1]?.headers.range).toMatch(/^bytes=[123]\d{6}-$/)
  })

  test('a full disk: the error says the numbers, the store stays whole, and the pull goes on when there is space', async (context) => {
    const small = join(home, 'small')
    await mkdir(small)
    const mounted = await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', small]).then(
      () => true,
      () => false,
    )
    if (!mounted) context.skip('only root can mount a small file system')
    try {
      const tight = await temporaryStore(join(small, 'store'))
      hub.cdn.offer(hub.cdnPath(large), large)
      // Told the truth, it refuses before it begins.
      const refused = await failure(pull({ store: tight }))
      expect(refused).toMatchObject({ code: 'disk_full', details: { needed: large.byteLength } })
      // Told that there is space, it meets the end of the disk while it writes.
      const full = await failure(pull({ store: tight, freeSpace: async () => 1e12 }))
      expect(full).toMatchObject({ code: 'disk_full', details: { total: large.byteLength } })
      expect(await tight.list()).toEqual([])
      await promisify(execFile)('mount', ['-o', 'remount,size=20m', small])
      const model = await pull({ store: tight })
      expect(model.files[0]?.digest).toBe(digestOf(large))
      expect(hub.cdn.requests.at(-1)?.headers.range).toMatch(/^bytes=[123]\d{6}-$/)
    } finally {
      await promisify(execFile)('umount', [small])
    }
  })
})
