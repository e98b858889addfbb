import type { FromEngine } from './messages.ts'

export interface HeartbeatOptions {
  readonly hangMs: number
  readonly stallMs: number
  /** Requests in flight. */
  readonly pending: () => number
  /** Called at most once. */
  readonly onDead: (why: 'hang' | 'stall') => void
}

export interface HeartbeatWatch {
  sawMessage(message: FromEngine): void
  stop(): void
}

/**
 * Looks regularly whether the engine's process still lives (any message) and gets on with its work (anything but an
 * unchanged status). When this process itself was not running (suspended, or busy for long), the messages of that time
 * are still unread, so silence proves nothing and the clocks start again.
 */
export function watchHeartbeat(options: HeartbeatOptions): HeartbeatWatch {
  const { hangMs, stallMs, pending, onDead } = options
  const interval = Math.max(50, Math.min(hangMs, stallMs, 4000) / 4)
  let lastLife = performance.now()
  let lastProgress = lastLife
  let lastLook = lastLife
  let lastStatus = ''

  const timer = setInterval(() => {
    const now = performance.now()
    const late = now - lastLook > interval * 3
    lastLook = now
    if (late) {
      lastLife = now
      lastProgress = now
      return
    }
    if (pending() === 0) lastProgress = now
    const why = now - lastLife > hangMs ? 'hang' : now - lastProgress > stallMs ? 'stall' : undefined
    if (why === undefined) return
    clearInterval(timer)
    onDead(why)
  }, interval)

  return {
    sawMessage: (message) => {
      const now = performance.now()
      lastLife = now
      if (message.type === 'status') {
        // Memory changes by itself; what was done, and how fast, does not.
        const status = JSON.stringify({ ...message.status, memoryBytes: 0 })
        if (status === lastStatus) return
        lastStatus = status
      }
      lastProgress = now
    },
    stop: () => clearInterval(timer),
  }
}
