import { type ChildProcess, fork } from 'node:child_process'
import { type Logger, SanjhaError, type SanjhaErrorData, silentLogger } from '../../../core/index.ts'
import { createIpcChannel } from './channel.ts'
import { createEngineProxy, type EngineProxy } from './createEngineProxy.ts'
import { engineEnvironment } from './engineEnvironment.ts'
import type { EngineLog } from './engineLog.ts'
import type { FromEngine, ToEngine } from './messages.ts'
import { watchHeartbeat } from './watchHeartbeat.ts'

/** Milliseconds. */
export interface EngineLimits {
  /** Loading may take so long as a whole. */
  readonly startMs: number
  /** No sign of life for so long, though the engine is up: it hangs. */
  readonly hangMs: number
  /** Requests are under way, but none made any progress for so long: native work hangs. */
  readonly stallMs: number
  /** Between asking to end and killing. */
  readonly graceMs: number
}

export const defaultLimits: EngineLimits = { startMs: 600_000, hangMs: 30_000, stallMs: 600_000, graceMs: 5_000 }

export interface EngineChildOptions {
  /** For messages, e.g. the model's name. */
  readonly name: string
  /** URL of the module whose export `exportName` is a `ChildEngineFactory`, and what it is called with. */
  readonly module: string
  readonly exportName: string
  readonly options: unknown
  readonly engineLog: EngineLog
  readonly limits?: Partial<EngineLimits>
  readonly onProgress?: (fraction: number) => void
  readonly log?: Logger
  /** Default: the environment of this process. It is filtered either way. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** How a process ended. */
export interface EngineExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Why we ended it; null when it ended by itself. */
  readonly reason: 'closed' | 'hang' | 'stall' | null
}

/** One process with one engine in it, from ready to its end. */
export interface EngineChild {
  readonly engine: EngineProxy
  readonly pid: number
  /** Resolves once the process is gone. Never rejects. */
  readonly exited: Promise<EngineExit>
  /** Asks the engine to end, then makes it. Resolves once the process is gone. */
  stop(): Promise<void>
}

/**
 * Starts a process, loads the engine in it and watches it.
 * Errors: what the engine's factory threw; `engine_crashed` when the process ended while loading; `timeout`; `cancelled`.
 * After an error no process is left.
 */
export async function startEngineChild(options: EngineChildOptions, signal: AbortSignal): Promise<EngineChild> {
  const { name, engineLog, log = silentLogger } = options
  const limits = { ...defaultLimits, ...options.limits }
  if (signal.aborted) throw new SanjhaError('cancelled', `Loading ${name} was cancelled.`)

  const child = forkChild(engineEnvironment(options.env ?? process.env))
  const channel = createIpcChannel<FromEngine, ToEngine>(child)
  for (const output of [child.stdout, child.stderr]) {
    output?.on('data', (chunk: Uint8Array) => engineLog.write(chunk))
    output?.on('error', (error) => log.warn({ engine: name, reason: error.message }, 'The engine’s output is lost.'))
  }
  // Whatever it is, an exit follows or has been; without a listener it would end this process.
  child.on('error', (error) => log.warn({ engine: name, reason: error.message }, 'The engine’s process has a problem.'))
  engineLog.write(`--- ${new Date().toISOString()} ${name}: process ${child.pid} started\n`)

  let reason: EngineExit['reason'] = null
  const exited = whenGone(child).then((exit): EngineExit => {
    engineLog.write(`--- ${new Date().toISOString()} ${name}: process ${child.pid} ${describeExit(exit)}\n`)
    return { ...exit, reason }
  })
  const end = async (why: EngineExit['reason']): Promise<void> => {
    reason ??= why
    child.kill('SIGTERM')
    const kill = setTimeout(() => child.kill('SIGKILL'), limits.graceMs)
    await exited
    clearTimeout(kill)
  }

  const ready = await loadEngine(options, child, channel, exited, limits.startMs, signal).catch(async (error) => {
    await end('closed')
    throw error
  })

  const proxy = createEngineProxy(channel, ready)
  const watch = watchHeartbeat({
    hangMs: limits.hangMs,
    stallMs: limits.stallMs,
    pending: () => proxy.pending,
    onDead: (why) => {
      log.error({ engine: name, pid: child.pid, why }, 'The engine hangs and is killed.')
      void end(why)
    },
  })
  channel.listen((message) => {
    watch.sawMessage(message)
    proxy.receive(message)
  })
  void exited.then((exit) => {
    watch.stop()
    proxy.fail(exit.reason === 'closed' ? closedError(name) : crashError(name, exit, engineLog))
  })

  return {
    engine: proxy,
    pid: child.pid as number,
    exited,
    stop: async () => {
      reason ??= 'closed'
      proxy.fail(closedError(name))
      await proxy.close()
      const slow = setTimeout(() => child.kill('SIGKILL'), limits.graceMs)
      await exited
      clearTimeout(slow)
    },
  }
}

function forkChild(env: Record<string, string>): ChildProcess {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
  try {
    return fork(new URL(`./child${extension}`, import.meta.url), [String(process.pid)], {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env,
      // Flags of this process (a debugger's port, a test runner's loader) are not the child's.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
  } catch (error) {
    throw new SanjhaError(
      'engine_unavailable',
      `The engine's process cannot be started: ${(error as Error).message}.`,
      {
        cause: error,
        hint: 'The system may be out of processes, file handles or memory.',
      },
    )
  }
}

/** Sends the load message and waits until the engine is ready, refuses, dies, takes too long or is no longer wanted. */
function loadEngine(
  options: EngineChildOptions,
  child: ChildProcess,
  channel: ReturnType<typeof createIpcChannel<FromEngine, ToEngine>>,
  exited: Promise<EngineExit>,
  startMs: number,
  signal: AbortSignal,
): Promise<Extract<FromEngine, { type: 'ready' }>> {
  const { name, engineLog } = options
  const { promise, resolve, reject } = Promise.withResolvers<Extract<FromEngine, { type: 'ready' }>>()
  const timer = setTimeout(() => {
    reject(
      new SanjhaError('timeout', `Loading ${name} took longer than ${Math.round(startMs / 1000)} seconds.`, {
        hint: `Its log is ${engineLog.path}. A slow disk or too little memory are common reasons.`,
        details: { logFile: engineLog.path, lastLines: engineLog.tail() },
      }),
    )
  }, startMs)
  const onAbort = (): void => reject(new SanjhaError('cancelled', `Loading ${name} was cancelled.`))
  signal.addEventListener('abort', onAbort, { once: true })
  child.once('error', (error) => {
    reject(
      new SanjhaError('engine_unavailable', `The engine's process cannot be started: ${error.message}.`, {
        cause: error,
      }),
    )
  })
  void exited.then((exit) => reject(crashError(name, exit, engineLog, 'while it loaded')))
  channel.listen((message) => {
    if (message.type === 'progress') options.onProgress?.(message.fraction)
    else if (message.type === 'ready') resolve(message)
    else if (message.type === 'refused') reject(refusal(message.error, engineLog))
  })
  channel.send({ type: 'load', module: options.module, exportName: options.exportName, options: options.options })
  return promise.finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  })
}

/** Resolves when the process is gone and its last output was read. */
function whenGone(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => {
    const settle = (code: number | null, signal: NodeJS.Signals | null): void => resolve({ code, signal })
    child.once('close', settle)
    // A process that cannot even be started has no exit.
    child.once('error', () => {
      if (child.pid === undefined) settle(null, null)
    })
  })
}

function refusal(data: SanjhaErrorData, engineLog: EngineLog): SanjhaError {
  return SanjhaError.fromJSON({ ...data, details: { ...data.details, logFile: engineLog.path } })
}

function closedError(name: string): SanjhaError {
  return new SanjhaError('cancelled', `The engine of ${name} was closed.`)
}

function crashError(name: string, exit: EngineExit, engineLog: EngineLog, when = 'while it worked'): SanjhaError {
  const what =
    exit.reason === 'hang' || exit.reason === 'stall'
      ? `hung and was ended (no sign of ${exit.reason === 'hang' ? 'life' : 'progress'})`
      : describeExit(exit)
  const memory =
    exit.signal === 'SIGKILL' && exit.reason === null
      ? ' When the system runs out of memory it ends processes in this way.'
      : ''
  return new SanjhaError('engine_crashed', `The engine of ${name} ${what} ${when}.${memory}`, {
    hint: `Try again: it is started anew. Its log is ${engineLog.path}.`,
    details: {
      logFile: engineLog.path,
      lastLines: engineLog.tail(),
      exitCode: exit.code,
      signal: exit.signal,
      reason: exit.reason,
    },
  })
}

function describeExit(exit: { readonly code: number | null; readonly signal: NodeJS.Signals | null }): string {
  if (exit.signal !== null) return `was ended by signal ${exit.signal}`
  return exit.code === null ? 'could not be started' : `ended with code ${exit.code}`
}
