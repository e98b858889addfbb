/** One end of a two-way line of messages between two processes. */
export interface Channel<In, Out> {
  /** Queues a message; all messages of one turn of the event loop travel together. Does nothing once closed. */
  send(message: Out): void
  /** Hands what is queued to the system now: it gets there although this process ends in the next moment. */
  flush(): void
  /** Sets the one receiver. Messages that came before are delivered first. */
  listen(receiver: (message: In) => void): void
  /** Called once when the other side is gone, at once when it already is. */
  onClose(listener: () => void): void
  /** Sets the one who is told of a message that cannot be sent whoever listens, such as one nested too deep to be written. */
  onRefused(listener: (message: Out, reason: Error) => void): void
}

/** What `ChildProcess` and `process` (of a forked child) have in common. */
export interface IpcPort {
  send?(message: unknown, handle: undefined, options: undefined, done: (error: Error | null) => void): boolean
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'disconnect', listener: () => void): unknown
}

export interface GatherOptions<Out> {
  /** Batches are at least so many milliseconds apart, unless something urgent is among them. */
  readonly everyMs: number
  readonly isUrgent: (message: Out) => boolean
}

/**
 * A channel over Node's IPC. Sending costs a system call and a wake-up of the other side, which takes a core from those
 * who compute, and tokens come by the hundred a second. So messages are gathered: per turn of the event loop, for as long
 * as the previous batch is being written, and as `gather` says. After a pause the first message always goes at once.
 */
export function createIpcChannel<In, Out>(port: IpcPort, gather?: GatherOptions<Out>): Channel<In, Out> {
  let outgoing: Out[] = []
  let sentAt = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let early: In[] = []
  let receiver: ((message: In) => void) | undefined
  let closed = false
  let busy = false
  const closeListeners: (() => void)[] = []
  let refuse: (message: Out, reason: Error) => void = () => undefined

  const close = (): void => {
    if (closed) return
    closed = true
    clearTimeout(timer)
    outgoing = []
    for (const listener of closeListeners.splice(0)) listener()
  }
  const flush = (): void => {
    if (closed || outgoing.length === 0) {
      busy = false
      return
    }
    clearTimeout(timer)
    timer = undefined
    const batch = outgoing
    outgoing = []
    sentAt = performance.now()
    const written = (error: Error | null): void => {
      busy = false
      if (error) close()
      else if (outgoing.length > 0) schedule(gather === undefined || outgoing.some(gather.isUrgent))
    }
    try {
      port.send?.(batch, undefined, undefined, written)
    } catch {
      // One of them cannot be written. It alone is refused: the others belong to other requests.
      for (const message of batch) {
        try {
          port.send?.([message], undefined, undefined, written)
        } catch (error) {
          refuse(message, error as Error)
        }
      }
      busy = false
    }
  }
  const schedule = (isUrgent: boolean): void => {
    const wait = isUrgent || gather === undefined ? 0 : sentAt + gather.everyMs - performance.now()
    if (wait > 0) {
      timer ??= setTimeout(() => {
        busy = true
        flush()
      }, wait)
      return
    }
    busy = true
    setImmediate(flush)
  }
  port.on('message', (batch) => {
    for (const message of batch as In[]) {
      if (receiver) receiver(message)
      else early.push(message)
    }
  })
  port.on('disconnect', close)

  return {
    send: (message) => {
      if (closed) return
      outgoing.push(message)
      if (!busy) schedule(gather === undefined || gather.isUrgent(message))
    },
    flush,
    listen: (listener) => {
      receiver = listener
      const waiting = early
      early = []
      for (const message of waiting) listener(message)
    },
    onClose: (listener) => {
      if (closed) listener()
      else closeListeners.push(listener)
    },
    onRefused: (listener) => {
      refuse = listener
    },
  }
}
