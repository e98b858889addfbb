import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../core/index.ts'
import { describeEngineContract } from '../../testing/engineContract.ts'
import { type FakeFactoryOptions, fakeEngineModule } from '../../testing/fakeEngineModule.ts'
import { isAlive } from '../../testing/isAlive.ts'
import { codeOf, collect, failureOf as failure, never, textOfParts, userChat } from '../../testing/requests.ts'
import { openEngineLog } from './engineLog.ts'
import { type SupervisedEngine, type SupervisorOptions, superviseEngine } from './superviseEngine.ts'

let folder: string
const started: SupervisedEngine[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-engine-'))
})
afterEach(async () => {
  const pids = started.map((each) => each.pid)
  await Promise.all(started.splice(0).map((each) => each.engine.close()))
  // Never an orphan, whatever the test did.
  for (const pid of pids) if (pid !== null) expect(isAlive(pid)).toBe(false)
  await rm(folder, { recursive: true, force: true })
})

async function start(fake: FakeFactoryOptions = {}, more: Partial<SupervisorOptions> = {}): Promise<SupervisedEngine> {
  const supervised = await superviseEngine(
    {
      name: 'fake',
      module: fakeEngineModule,
      exportName: 'createFakeEngine',
      options: fake,
      engineLog: openEngineLog(join(folder, 'engine-fake.log')),
      limits: { graceMs: 500 },
      restart: { initialMs: 50, maxMs: 400 },
      ...more,
    },
    never,
  )
  started.push(supervised)
  return supervised
}

const ask = (supervised: SupervisedEngine, text: string): Promise<string> =>
  collect(supervised.engine, { input: userChat(text) }).then(textOfParts)

describeEngineContract('FakeEngine in a process of its own', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sanjha-engine-'))
  const supervised = await superviseEngine(
    {
      name: 'fake',
      module: fakeEngineModule,
      exportName: 'createFakeEngine',
      options: { tokenDelayMs: 1 },
      engineLog: openEngineLog(join(directory, 'engine.log')),
    },
    never,
  )
  return supervised.engine
})

describe('a supervised engine', { timeout: 60_000 }, () => {
  it('tells how far loading is', async () => {
    const fractions: number[] = []
    await start({ loadMs: 50 }, { onProgress: (fraction) => fractions.push(fraction) })
    expect(fractions.at(-1)).toBe(1)
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b))
  })

  it('counts the memory of the process', async () => {
    const supervised = await start()
    expect(supervised.engine.status().memoryBytes).toBeGreaterThan(10_000_000)
  })

  it('fails what is in flight when the process is killed, with the reason, and answers the next request', async () => {
    const supervised = await start({ tokenDelayMs: 5 })
    const seen: string[] = []
    const work = (async () => {
      for await (const part of supervised.engine.generate({ input: userChat('[[repeat 500 la]]') }, never)) {
        if (seen.push(part.type) === 3) process.kill(supervised.pid as number, 'SIGKILL')
      }
    })()
    const other = failure(ask(supervised, '[[stall]]'))
    const error = await failure(work)
    expect(error).toMatchObject({ code: 'engine_crashed', retryable: true, details: { signal: 'SIGKILL' } })
    expect(seen).not.toContain('finish')
    expect((await other).code).toBe('engine_crashed')
    expect(await ask(supervised, 'still there?')).toBe('You said: still there?')
    expect(supervised).toMatchObject({ restarts: 1, state: 'ready' })
  })

  it('answers a request that comes right after the death of an idle process, before anybody has noticed', async () => {
    const supervised = await start()
    const doomed = (): void => {
      process.kill(supervised.pid as number, 'SIGKILL')
      // Nothing is noticed while this thread stands still.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
    }
    doomed()
    expect(await ask(supervised, 'hello')).toBe('You said: hello')
    expect(supervised).toMatchObject({ restarts: 1, state: 'ready' })
    doomed()
    const several = await Promise.all([ask(supervised, 'a'), supervised.engine.tokenize('a b'), ask(supervised, 'b')])
    expect([several[0], several[1].length, several[2]]).toEqual(['You said: a', 2, 'You said: b'])
    expect(supervised).toMatchObject({ restarts: 2, state: 'ready' })
    doomed()
    // Sooner than any process can start.
    const gone = AbortSignal.timeout(5)
    const left = collect(supervised.engine, { input: userChat('hello') }, gone)
    expect(await codeOf(left)).toBe('cancelled')
  })

  it('refuses a request that cannot be written to the process, and only that one', async () => {
    const supervised = await start()
    let schema: object = {}
    for (let level = 0; level < 100_000; level++) schema = { default: schema }
    const deep = collect(supervised.engine, {
      input: userChat('deep'),
      format: { type: 'json-schema', schema } as never,
    })
    const [refused, answered] = await Promise.all([codeOf(deep), ask(supervised, 'hello')])
    expect([refused, answered]).toEqual(['invalid_request', 'You said: hello'])
    expect(await ask(supervised, 'again')).toBe('You said: again')
    expect(supervised).toMatchObject({ restarts: 0, state: 'ready' })
  })

  it('gives the last lines and the path of the log with a crash', async () => {
    const supervised = await start()
    const error = await failure(ask(supervised, '[[crash]]'))
    expect(error.details?.lastLines).toContain('GGML_ASSERT(pretended) failed')
    expect(error.details?.logFile).toBe(join(folder, 'engine-fake.log'))
    expect(await readFile(join(folder, 'engine-fake.log'), 'utf8')).toContain('GGML_ASSERT(pretended) failed')
    expect((await failure(ask(supervised, '[[exit]]'))).details).toMatchObject({ exitCode: 3, signal: null })
  })

  it('kills an engine whose thread hangs, and answers the next request', async () => {
    // The next one is an honest engine and has as long for its first word.
    const supervised = await start({}, { limits: { hangMs: 3000, graceMs: 200 } })
    const pid = supervised.pid as number
    const error = await failure(ask(supervised, '[[hang]]'))
    expect(error).toMatchObject({ code: 'engine_crashed', details: { reason: 'hang', signal: 'SIGKILL' } })
    expect(isAlive(pid)).toBe(false)
    expect(await ask(supervised, 'hello')).toBe('You said: hello')
  })

  it('kills an engine that lives but gets nowhere', async () => {
    const supervised = await start({}, { limits: { stallMs: 2000, graceMs: 200 } })
    const error = await failure(ask(supervised, '[[stall]]'))
    expect(error).toMatchObject({ code: 'engine_crashed', details: { reason: 'stall' } })
    expect(await ask(supervised, 'hello')).toBe('You said: hello')
  })

  it('leaves an engine alone that waits for a reader who pauses', async () => {
    const supervised = await start({}, { limits: { stallMs: 2000 } })
    const parts = supervised.engine.generate({ input: userChat('[[repeat 400 word]]') }, never)[Symbol.asyncIterator]()
    expect((await parts.next()).value).toMatchObject({ type: 'text' })
    await new Promise((resolve) => setTimeout(resolve, 3500))
    let last: unknown
    for (let part = await parts.next(); !part.done; part = await parts.next()) last = part.value
    expect(last).toMatchObject({ type: 'finish' })
    expect(supervised).toMatchObject({ restarts: 0, state: 'ready' })
  })

  it('leaves an idle engine alone', async () => {
    // Idle heartbeats come every 5 seconds, and no request is under way: neither is a stall.
    const supervised = await start({}, { limits: { stallMs: 300 } })
    await new Promise((resolve) => setTimeout(resolve, 1200))
    expect(supervised).toMatchObject({ restarts: 0, state: 'ready' })
  })

  it('rests after too many deaths in a row, and tries again later', async () => {
    let ahead = 0
    const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + ahead }
    const restMs = 3_600_000
    const supervised = await start({}, { clock, restart: { initialMs: 10, maxMs: restMs, attempts: 3 } })
    for (let death = 0; death < 3; death++) {
      expect((await failure(ask(supervised, '[[crash]]'))).code).toBe('engine_crashed')
    }
    await expect.poll(() => supervised.state).toBe('failed')
    const error = await failure(ask(supervised, 'hello'))
    expect(error).toMatchObject({ code: 'engine_unavailable', retryable: true })
    expect(error.details?.retryAfterMs).toBeGreaterThan(0)
    ahead = restMs
    expect(await ask(supervised, 'hello')).toBe('You said: hello')
    expect(supervised.state).toBe('ready')
  })

  it('throws what the factory refused, and leaves no process', async () => {
    expect(await codeOf(start({ load: 'invalid_file' }))).toBe('invalid_file')
    expect(await codeOf(start({ load: 'insufficient_memory' }))).toBe('insufficient_memory')
  })

  it('says that the engine died while it loaded', async () => {
    const error = await failure(start({ load: 'crash' }))
    expect(error).toMatchObject({ code: 'engine_crashed', details: { lastLines: expect.anything() } })
    expect(error.details?.lastLines).toContain('pretended: cannot allocate')
  })

  it('gives up on an engine that does not get ready, even when its thread hangs', async () => {
    for (const load of ['hang', 'stall'] as const) {
      expect(await codeOf(start({ load }, { limits: { startMs: 400, graceMs: 200 } }))).toBe('timeout')
    }
  })

  it('stops loading when it is no longer wanted', async () => {
    const controller = new AbortController()
    const options = {
      name: 'fake',
      module: fakeEngineModule,
      exportName: 'createFakeEngine',
      options: { load: 'stall' },
      engineLog: openEngineLog(join(folder, 'engine-fake.log')),
    }
    const work = superviseEngine(options, controller.signal)
    setTimeout(() => controller.abort(), 100)
    expect(await codeOf(work)).toBe('cancelled')
  })

  it('does not hand the secrets of the environment to the engine', async () => {
    const environment = { ...process.env, SANJHA_TEST_SECRET_KEY: 'hush' }
    const supervised = await start({}, { env: environment })
    const file = `/proc/${supervised.pid}/environ`
    if (existsSync(file)) expect(await readFile(file, 'utf8')).not.toContain('hush')
  })

  it('survives a storm of cancellations', async () => {
    const supervised = await start({ tokenDelayMs: 2 })
    const outcomes = await Promise.all(
      Array.from({ length: 300 }, async (_, index) => {
        const controller = new AbortController()
        setTimeout(() => controller.abort(), index % 40)
        return codeOf(collect(supervised.engine, { input: userChat('[[repeat 5000 la]]') }, controller.signal))
      }),
    )
    expect(new Set(outcomes)).toEqual(new Set(['cancelled']))
    await expect.poll(() => supervised.engine.status().active).toBe(0)
    expect(await ask(supervised, 'calm')).toBe('You said: calm')
    expect(supervised.restarts).toBe(0)
  })

  it('serves a thousand quick requests and keeps nothing of them', async () => {
    const supervised = await start()
    // One word, always the same: the fake's vocabulary keeps each word that it meets.
    const ballast = 'x'.repeat(50_000)
    /** A thousand requests, and the memory that the process has after them without what it only has not cleared away yet. */
    const batch = async (): Promise<number> => {
      for (let round = 0; round < 20; round++) {
        const say = (_: unknown, index: number) => ask(supervised, `[[say number ${round}.${index}]] ${ballast}`)
        expect((await Promise.all(Array.from({ length: 50 }, say)))[7]).toBe(`number ${round}.7`)
      }
      await expect.poll(() => supervised.engine.status().active).toBe(0)
      await ask(supervised, '[[tidy]]')
      return supervised.engine.status().memoryBytes
    }
    let before = await batch()
    const growth: number[] = []
    for (let more = 0; more < 4; more++) {
      const after = await batch()
      growth.push(after - before)
      before = after
    }
    expect(supervised.engine.status().totals.requests).toBe(5005)
    // What busy moments take grows to its size and no further; requests that were kept would be 50 MB more each time.
    expect(Math.min(...growth)).toBeLessThan(25_000_000)
  })

  it('waits for a slow reader instead of filling the memory, and loses nothing', async () => {
    const supervised = await start()
    let words = 0
    for await (const part of supervised.engine.generate({ input: userChat('[[repeat 2000 la]]') }, never)) {
      if (part.type === 'text') words++
      if (words % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    expect(words).toBe(2000)
  })

  it.each([
    ['is idle', ''],
    ['answers', '[[repeat 100000 la]]'],
    ['hangs', '[[hang]]'],
  ])('dies with its parent, even when the parent is killed while the engine %s', async (_, prompt) => {
    const holder = fileURLToPath(new URL('../../testing/holdEngine.ts', import.meta.url))
    const parent = spawn(process.execPath, [holder, join(folder, 'engine.log'), prompt], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(line.toString())
    expect(isAlive(pid)).toBe(true)
    // The engine has had the prompt and is in the middle of it.
    await new Promise((resolve) => setTimeout(resolve, 300))
    parent.kill('SIGKILL')
    await expect.poll(() => isAlive(pid)).toBe(false)
  })
})
