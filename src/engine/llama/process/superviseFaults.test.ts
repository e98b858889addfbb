import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SanjhaError } from '../../../core/index.ts'
import { type FakeFactoryOptions, fakeEngineModule } from '../../testing/fakeEngineModule.ts'
import { isAlive } from '../../testing/isAlive.ts'
import { codeOf, collect, failureOf, never, textOfParts, userChat } from '../../testing/requests.ts'
import { openEngineLog } from './engineLog.ts'
import { type SupervisedEngine, type SupervisorOptions, superviseEngine } from './superviseEngine.ts'

let folder: string
const started: SupervisedEngine[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-faults-'))
})
afterEach(async () => {
  await Promise.all(started.splice(0).map((each) => each.engine.close()))
  await rm(folder, { recursive: true, force: true })
})

async function start(fake: FakeFactoryOptions = {}, more: Partial<SupervisorOptions> = {}): Promise<SupervisedEngine> {
  const supervised = await superviseEngine(
    {
      name: 'fake',
      module: fakeEngineModule,
      exportName: 'createFakeEngine',
      options: fake,
      engineLog: openEngineLog(join(folder, 'engine.log')),
      limits: { graceMs: 500 },
      ...more,
    },
    never,
  )
  started.push(supervised)
  return supervised
}

const ask = (supervised: SupervisedEngine, text: string, signal?: AbortSignal): Promise<string> =>
  collect(supervised.engine, { input: userChat(text) }, signal).then(textOfParts)

/** A request whose answer has begun and does not go on. */
async function inTheMiddle(supervised: SupervisedEngine): Promise<{ failure: Promise<SanjhaError> }> {
  const begun = Promise.withResolvers<void>()
  const reading = async (): Promise<void> => {
    const request = { input: userChat('[[say half]][[stall]]') }
    for await (const _ of supervised.engine.generate(request, never)) begun.resolve()
  }
  const failure = failureOf(reading())
  await begun.promise
  return { failure }
}

/** The processes that log wrote down as started. */
async function startedPids(): Promise<number[]> {
  const text = await readFile(join(folder, 'engine.log'), 'utf8')
  return [...text.matchAll(/process (\d+) started/g)].map((match) => Number(match[1]))
}

describe('signals to the engine’s process', { timeout: 60_000 }, () => {
  it.each(['SIGINT', 'SIGHUP'] as const)('%s, which a terminal sends to all, does not end it', async (signal) => {
    const supervised = await start()
    process.kill(supervised.pid as number, signal)
    expect(await ask(supervised, 'still here?')).toBe('You said: still here?')
    expect(supervised.restarts).toBe(0)
  })

  it.each(['SIGTERM', 'SIGSEGV', 'SIGABRT'] as const)('%s costs what is in flight and nothing else', async (signal) => {
    const supervised = await start()
    const stuck = await inTheMiddle(supervised)
    process.kill(supervised.pid as number, signal)
    expect((await stuck.failure).code).toBe('engine_crashed')
    expect(await ask(supervised, 'again')).toBe('You said: again')
  })

  it('a process that was stopped counts as hanging and is killed', async () => {
    // The next one is an honest engine and has as long for its first word.
    const supervised = await start({}, { limits: { hangMs: 3000, graceMs: 200 } })
    const pid = supervised.pid as number
    const stuck = await inTheMiddle(supervised)
    process.kill(pid, 'SIGSTOP')
    // What it has not even got is asked of the next one.
    const later = ask(supervised, 'anybody?')
    expect(await stuck.failure).toMatchObject({ code: 'engine_crashed', details: { reason: 'hang' } })
    expect(isAlive(pid)).toBe(false)
    expect(await later).toBe('You said: anybody?')
    expect(supervised.restarts).toBe(1)
  })
})

describe('while an engine is started anew', { timeout: 30_000 }, () => {
  it('requests wait for it, and may stop waiting', async () => {
    const supervised = await start({ loadMs: 600 })
    process.kill(supervised.pid as number, 'SIGKILL')
    await expect.poll(() => supervised.state).toBe('restarting')
    const controller = new AbortController()
    const impatient = codeOf(ask(supervised, 'quick', controller.signal))
    const patient = ask(supervised, 'slow')
    controller.abort()
    expect(await impatient).toBe('cancelled')
    expect(await patient).toBe('You said: slow')
  })

  it('closing leaves no process', async () => {
    const supervised = await start({ loadMs: 600 })
    process.kill(supervised.pid as number, 'SIGKILL')
    await expect.poll(async () => (await startedPids()).length).toBe(2)
    const waiting = codeOf(ask(supervised, 'hello'))
    await supervised.engine.close()
    expect(await waiting).toBe('cancelled')
    expect((await startedPids()).map(isAlive)).toEqual([false, false])
  })
})

describe('closing', { timeout: 30_000 }, () => {
  it('ends a process that hangs', async () => {
    const supervised = await start({}, { limits: { graceMs: 200 } })
    const pid = supervised.pid as number
    const hanging = codeOf(ask(supervised, '[[hang]]'))
    await new Promise((resolve) => setTimeout(resolve, 100))
    await supervised.engine.close()
    expect(await hanging).toBe('cancelled')
    expect(isAlive(pid)).toBe(false)
  })

  it('may be asked for more than once', async () => {
    const supervised = await start()
    await Promise.all([supervised.engine.close(), supervised.engine.close()])
    await supervised.engine.close()
    expect(await codeOf(ask(supervised, 'hello'))).toBe('cancelled')
    expect(supervised.pid).toBeNull()
  })
})
