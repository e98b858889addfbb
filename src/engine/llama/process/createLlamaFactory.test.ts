import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEnginePool, type EnginePool, type LlamaSource } from '../../pool/index.ts'
import { fakeEngineModule } from '../../testing/fakeEngineModule.ts'
import { isAlive } from '../../testing/isAlive.ts'
import { collect, failureOf, never, textOfParts, userChat } from '../../testing/requests.ts'
import { createLlamaFactory, engineLogName } from './createLlamaFactory.ts'

let logs: string
let pool: EnginePool

const source = (name: string): LlamaSource => ({
  kind: 'llama',
  model: name,
  digest: `sha256:${name}`,
  modelPath: `${name}.gguf`,
  weightsBytes: 1,
  contextBytesPerToken: 1,
  contextLength: 512,
  parameters: 1,
  quantization: 'Q8_0',
  defaults: {},
})

beforeEach(async () => {
  logs = await mkdtemp(join(tmpdir(), 'sanjha-pool-'))
  pool = createEnginePool({
    resolve: async (name) => source(name),
    suggest: async () => [],
    factories: {
      llama: createLlamaFactory({ logs, module: fakeEngineModule, exportName: 'createFakeEngine' }),
      remote: () => Promise.reject(new Error('There is none.')),
    },
  })
})
afterEach(async () => {
  const pids = pool.list().flatMap(({ pid }) => (pid === null ? [] : [pid]))
  await pool.close()
  for (const pid of pids) expect(isAlive(pid)).toBe(false)
  await rm(logs, { recursive: true, force: true })
})

describe('models in processes, in the pool', { timeout: 20_000 }, () => {
  it('loads each in a process of its own and ends it when it is unloaded', async () => {
    const [a, b] = await Promise.all(['a', 'b'].map((name) => pool.acquire(name, {}, never)))
    const [first, second] = pool.list()
    expect(first).toMatchObject({ model: 'a', contextLength: 512, logFile: join(logs, 'engine-a.log') })
    expect(first?.pid).not.toBe(second?.pid)
    expect(first?.status?.memoryBytes).toBeGreaterThan(0)
    a?.release()
    expect(await pool.unload('a')).toBe(true)
    expect(isAlive(first?.pid as number)).toBe(false)
    expect(isAlive(second?.pid as number)).toBe(true)
    b?.release()
    expect(await readdir(logs)).toEqual(['engine-a.log', 'engine-b.log'])
  })

  it('answers with the same lease after its process was killed', async () => {
    const lease = await pool.acquire('a', {}, never)
    const ask = (text: string) => collect(lease.engine, { input: userChat(text) })
    expect((await failureOf(ask('[[crash]]'))).code).toBe('engine_crashed')
    expect(textOfParts(await ask('hello'))).toBe('You said: hello')
    expect(pool.list()).toMatchObject([{ restarts: 1, state: 'ready' }])
    lease.release()
  })

  it('closes while an answer is under way, once it has ended', async () => {
    const lease = await pool.acquire('a', {}, never)
    const closing = pool.close()
    expect(textOfParts(await collect(lease.engine, { input: userChat('last words') }))).toBe('You said: last words')
    lease.release()
    await closing
    expect(pool.list()).toEqual([])
  })
})

describe('a model that cannot be loaded', () => {
  it.runIf(process.platform === 'linux')('leaves no file open', async () => {
    const factory = createLlamaFactory({ logs, module: fakeEngineModule, exportName: 'nothing' })
    const request = { source: source('a'), load: {}, contextLength: 512, onProgress: () => undefined }
    expect((await failureOf(factory(request, never))).code).toBe('internal')
    const open = await Promise.all(
      (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
    )
    expect(open.filter((path) => path.startsWith(logs))).toEqual([])
  })
})

describe('engineLogName', () => {
  it('is a plain file name whatever the model is called', () => {
    expect(engineLogName('smollm2:q4_1')).toBe('engine-smollm2_q4_1.log')
    expect(engineLogName('../../etc/passwd')).toBe('engine-.._.._etc_passwd.log')
    expect(engineLogName('x'.repeat(500)).length).toBeLessThan(140)
  })
})
