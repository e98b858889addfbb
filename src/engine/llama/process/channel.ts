/** One end of a two-way line of messages between two processes. */
export interface Channel<In, Out> {
  /** Queues a message; all messages of one turn of the event loop travel together. Does nothing once closed. */
  send(message: Out): void
  /** Sets the one receiver. Messages that came before are delivered first. */
  listen(receiver: (message: In) => void): void
  /** Called once when the other side is gone, at once when it already is. */
  onClose(listener: () => void): void
}

/** What `ChildProcess` and `process` (of a forked child) have in common. */
export interface IpcPort {
  send?(message: unknown, handle: undefined, options: undefined, done: (error: Error | null) => void): boolean
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'disconnect', listener: () => void): unknown
}

/**
 * A channel over Node's IPC. Sending costs a system call and a wake-up of the other side, and tokens come by the hundred
 * a second, so messages are gathered: per turn of the event loop, and for as long as the previous batch is being written.
 */
export function createIpcChannel<In, Out>(port: IpcPort): Channel<In, Out> {
  let outgoing: Out[] = []
  let early: In[] = []
  let receiver: ((message: In) => void) | undefined
  let closed = false
  let busy = false
  const closeListeners: (() => void)[] = []

  const close = (): void => {
    if (closed) return
    closed = true
    outgoing = []
    for (const listener of closeListeners.splice(0)) listener()
  }
  const flush = (): void => {
    if (closed || outgoing.length === 0) {
      busy = false
      return
    }
    const batch = outgoing
    outgoing = []
    try {
      port.send?.(batch, undefined, undefined, (error) => {
        if (error) close()
        else flush()
      })
    } catch {
      // The channel was closed between the check and the call. What a message may hold is typed, so it is never its content.
      close()
    }
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
      if (busy) return
      busy = true
      setImmediate(flush)
    },
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
  }
}
