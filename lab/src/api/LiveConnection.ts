import { createParser } from 'eventsource-parser'
import type { LiveTopic, LiveTopics } from './liveTopics.ts'

/**
 * `connecting`: for the first time. `retrying`: it was cut a moment ago. `offline`: nobody has answered for a while.
 * `locked`: the server wants a key. `resting`: nobody looks at the page.
 */
export type ConnectionState = 'connecting' | 'connected' | 'retrying' | 'offline' | 'locked' | 'resting'

export interface LiveConnectionOptions {
  readonly url: string
  readonly fetch: (url: string, init: { headers: Record<string, string>; signal: AbortSignal }) => Promise<Response>
  readonly clock: {
    now(): number
    setTimeout(done: () => void, ms: number): unknown
    clearTimeout(timer: unknown): void
  }
  readonly key: () => string | undefined
  /** 0 to 1, so that many pages do not come back to a server in the same moment. */
  readonly random: () => number
  /** Where errors of handlers go. */
  readonly report: (error: unknown) => void
}

type Handler = (data: never) => void

/** Without a word for this long (the server pings every 15 s, at the latest after 30) the connection is dead. */
const silenceMs = 40_000
/** Hidden for this long, a page gives its connection up: a browser has six for a server, whatever the number of tabs. */
const restAfterMs = 60_000
const firstDelayMs = 300
const longestDelayMs = 8_000
/** After so many attempts it is no short interruption. */
const offlineAfter = 3

/** One stream of the server's events, which comes back by itself. After each coming back there is a `hello`. */
export class LiveConnection {
  readonly #options: LiveConnectionOptions
  readonly #handlers = new Map<LiveTopic, Set<Handler>>()
  readonly #watchers = new Set<() => void>()
  #state: ConnectionState = 'connecting'
  #current: AbortController | undefined
  #retry: unknown
  #silence: unknown
  #rest: unknown
  #lastSeen = 0
  #failures = 0

  constructor(options: LiveConnectionOptions) {
    this.#options = options
  }

  get state(): ConnectionState {
    return this.#state
  }

  /** Calls `changed` whenever `state` has changed. Returns how to end that. */
  watchState(changed: () => void): () => void {
    this.#watchers.add(changed)
    return () => this.#watchers.delete(changed)
  }

  /** Calls `handler` with the data of each such event. Returns how to end that. */
  on<Topic extends LiveTopic>(topic: Topic, handler: (data: LiveTopics[Topic]) => void): () => void {
    const handlers = this.#handlers.get(topic) ?? new Set()
    this.#handlers.set(topic, handlers.add(handler as Handler))
    return () => handlers.delete(handler as Handler)
  }

  /** Connects now, whatever was: at the beginning, with another key, or because a person says so. */
  connect(): void {
    this.#stop()
    void this.#run()
  }

  /** The network is back, or the page is looked at again: no reason to wait any longer. */
  wake(): void {
    this.#options.clock.clearTimeout(this.#rest)
    const isFresh = this.#options.clock.now() - this.#lastSeen < silenceMs
    if (this.#state === 'locked' || (this.#current !== undefined && isFresh)) return
    this.#failures = 0
    this.connect()
  }

  /** Nobody looks at the page. */
  hide(): void {
    const { clock } = this.#options
    clock.clearTimeout(this.#rest)
    this.#rest = clock.setTimeout(() => {
      this.#stop()
      this.#become('resting')
    }, restAfterMs)
  }

  #stop(): void {
    const { clock } = this.#options
    clock.clearTimeout(this.#retry)
    clock.clearTimeout(this.#silence)
    this.#current?.abort()
    this.#current = undefined
  }

  async #run(): Promise<void> {
    const { fetch, url, key } = this.#options
    const mine = new AbortController()
    this.#current = mine
    this.#seen(mine)
    let isRefused = false
    try {
      const secret = key()
      const headers = { accept: 'text/event-stream', ...(secret && { authorization: `Bearer ${secret}` }) }
      const response = await fetch(url, { headers, signal: mine.signal })
      isRefused = response.status === 401
      if (response.ok && response.body !== null) await this.#read(response.body, mine)
      else void response.body?.cancel()
    } catch {
      // Cut, refused or aborted: what follows is the same.
    }
    if (this.#current !== mine) return
    this.#stop()
    if (isRefused) this.#become('locked')
    else this.#tryLater()
  }

  async #read(body: ReadableStream<Uint8Array>, mine: AbortController): Promise<void> {
    const decoder = new TextDecoder()
    const parser = createParser({
      onEvent: ({ event, data }) => this.#tell(event as LiveTopic, data, mine),
    })
    const reader = body.getReader()
    while (true) {
      const { done, value } = await reader.read()
      if (done || this.#current !== mine) return
      this.#seen(mine)
      parser.feed(decoder.decode(value, { stream: true }))
    }
  }

  /** Something has come; when nothing does for too long, as after sleep, the connection is taken for dead. */
  #seen(mine: AbortController): void {
    const { clock } = this.#options
    this.#lastSeen = clock.now()
    clock.clearTimeout(this.#silence)
    this.#silence = clock.setTimeout(() => {
      if (this.#current !== mine) return
      this.#stop()
      this.#tryLater()
    }, silenceMs)
  }

  #tell(topic: LiveTopic, text: string, mine: AbortController): void {
    // A handler may have ended this connection.
    if (this.#current !== mine) return
    const data = JSON.parse(text) as never
    if (topic === 'hello') {
      this.#failures = 0
      this.#become('connected')
    }
    for (const handler of [...(this.#handlers.get(topic) ?? [])]) {
      try {
        handler(data)
      } catch (error) {
        // One that fails takes neither the others nor the connection with it.
        this.#options.report(error)
      }
    }
  }

  #tryLater(): void {
    const { clock, random } = this.#options
    const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** this.#failures) * (0.75 + random() / 2)
    this.#failures += 1
    this.#become(this.#failures > offlineAfter ? 'offline' : this.#state === 'connecting' ? 'connecting' : 'retrying')
    this.#retry = clock.setTimeout(() => this.connect(), delay)
  }

  #become(state: ConnectionState): void {
    if (state === this.#state) return
    this.#state = state
    for (const changed of [...this.#watchers]) changed()
  }
}
