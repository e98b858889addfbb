import { SanjhaError } from '../../../core/index.ts'
import type { Engine, EngineStatus } from '../../contract.ts'
import type { Channel } from './channel.ts'
import { type CallMethod, type FromEngine, partWindow, type ToEngine } from './messages.ts'

export interface ServeOptions {
  /** Milliseconds between heartbeats while requests are worked on, and while none is. Default 1,000 and 5,000. */
  readonly busyHeartbeatMs?: number
  readonly idleHeartbeatMs?: number
  /** Called when the other side asks to close, after the engine has closed. */
  readonly onClosed: () => void
}

interface Job {
  readonly controller: AbortController
  /** Parts that may still be sent. */
  credit: number
  /** Wakes the sender that waits for credit. */
  wake: (() => void) | undefined
}

/** Answers the requests that come over `channel` with `engine`, and sends heartbeats. */
export function serveEngine(engine: Engine, channel: Channel<ToEngine, FromEngine>, options: ServeOptions): void {
  const { busyHeartbeatMs = 1000, idleHeartbeatMs = 5000 } = options
  const jobs = new Map<number, Job>()

  const status = (): EngineStatus => {
    const own = engine.status()
    return { ...own, memoryBytes: Math.max(own.memoryBytes, process.memoryUsage.rss()) }
  }
  const sendStatus = (): void => channel.send({ type: 'status', status: status() })

  let timer: NodeJS.Timeout | undefined
  const beat = (): void => {
    clearTimeout(timer)
    timer = setTimeout(
      () => {
        sendStatus()
        beat()
      },
      jobs.size > 0 ? busyHeartbeatMs : idleHeartbeatMs,
    )
  }

  const run = async (id: number, work: (job: Job) => Promise<void>): Promise<void> => {
    const job: Job = { controller: new AbortController(), credit: partWindow, wake: undefined }
    jobs.set(id, job)
    // Before any native work, which may end the process.
    channel.send({ type: 'begun', id })
    channel.flush()
    if (jobs.size === 1) beat()
    try {
      await work(job)
    } catch (error) {
      channel.send({ type: 'error', id, error: SanjhaError.from(error).toJSON() })
    } finally {
      jobs.delete(id)
      sendStatus()
    }
  }

  const generate = (message: Extract<ToEngine, { type: 'generate' }>): Promise<void> =>
    run(message.id, async (job) => {
      for await (const part of engine.generate(message.request, job.controller.signal)) {
        // The totals travel with the end, so that a reader who saw `finish` sees them too.
        if (part.type === 'finish') sendStatus()
        channel.send({ type: 'part', id: message.id, part })
        job.credit--
        if (job.credit <= 0 && !job.controller.signal.aborted) {
          await new Promise<void>((resolve) => {
            job.wake = resolve
          })
        }
      }
      channel.send({ type: 'end', id: message.id })
    })

  const call = (message: Extract<ToEngine, { type: 'call' }>): Promise<void> =>
    run(message.id, async (job) => {
      const value = await callMethod(engine, message.method, message.args, job.controller.signal)
      channel.send({ type: 'result', id: message.id, value })
    })

  const close = async (): Promise<void> => {
    clearTimeout(timer)
    for (const job of jobs.values()) cancel(job)
    try {
      await engine.close()
    } finally {
      options.onClosed()
    }
  }

  // Whoever waits for it would wait for ever.
  channel.onRefused((message, reason) => {
    if ('id' in message) channel.send({ type: 'error', id: message.id, error: SanjhaError.from(reason).toJSON() })
  })
  channel.send({ type: 'ready', capabilities: engine.capabilities, status: status() })
  beat()
  channel.listen((message) => {
    switch (message.type) {
      case 'generate':
        void generate(message)
        return
      case 'call':
        void call(message)
        return
      case 'credit': {
        const job = jobs.get(message.id)
        if (!job) return
        job.credit += message.parts
        wake(job)
        return
      }
      case 'cancel': {
        const job = jobs.get(message.id)
        if (job) cancel(job)
        return
      }
      case 'close':
        void close()
        return
      case 'load':
        // Handled before an engine is there to be served.
        return
    }
  })
}

function wake(job: Job): void {
  const waiting = job.wake
  job.wake = undefined
  waiting?.()
}

function cancel(job: Job): void {
  job.controller.abort(new SanjhaError('cancelled', 'The request was cancelled.'))
  wake(job)
}

function callMethod(
  engine: Engine,
  method: CallMethod,
  args: readonly unknown[],
  signal: AbortSignal,
): Promise<unknown> {
  // Both ends are typed by the contract; what lies between is not.
  const call = engine[method] as (...values: unknown[]) => Promise<unknown>
  const cancellable = method === 'embed' || method === 'score' || method === 'rerank'
  return call.call(engine, ...args, ...(cancellable ? [signal] : []))
}
