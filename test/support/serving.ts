import type { ChildProcess } from 'node:child_process'
import { createParser } from 'eventsource-parser'
import type { TestHome } from './sanjha.ts'

// Tests look into answers of many shapes; a wrong guess fails the test, which is what it is for.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Json = any

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Json
}

export interface LoadedNow {
  readonly model: string
  readonly state: string
  readonly pid: number | null
  readonly status: { readonly active: number; readonly waiting: number } | null
}

export interface Serving {
  readonly url: string
  readonly child: ChildProcess
  /** Its exit code, once it has ended; null after a signal. */
  readonly ended: Promise<number | null>
  get(path: string): Promise<Answer>
  post(path: string, body: unknown): Promise<Answer>
  /** Starts a streamed chat; `events` gives each `data:` of it, `[DONE]` as text. */
  stream(body: object, signal?: AbortSignal): Promise<{ readonly status: number; readonly events: AsyncIterable<Json> }>
  loaded(): Promise<LoadedNow[]>
  /** The process that a model runs in. */
  enginePid(model: string): Promise<number>
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Pulls a model with the command line and gives the name it got. */
export async function pulled(home: TestHome, source: string): Promise<string> {
  const { code, stdout, stderr } = await home.sanjha(['pull', source, '--json'])
  if (code !== 0) throw new Error(`sanjha pull ${source} failed (${code}):\n${stderr}${stdout}`)
  return (JSON.parse(stdout) as { name: string }).name
}

/** `sanjha serve` as a process of its own, on a free port. */
export async function serve(
  home: TestHome,
  models: readonly string[] = [],
  flags: readonly string[] = [],
): Promise<Serving> {
  const args = ['serve', ...models, '--port', '0', '--threads', '1', '--ctx-size', '2048', ...flags]
  const { child, line, ended } = home.start(args, /^Sanjha is ready: (http:\/\/\S+)$/m)
  const url = (await line)[1] ?? ''
  const answer = async (response: Response): Promise<Answer> => {
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
  }
  const send = (path: string, body: unknown, signal?: AbortSignal): Promise<Response> =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...(signal && { signal }),
    })
  const loaded = async (): Promise<LoadedNow[]> =>
    (await answer(await fetch(`${url}/sanjha/v1/loaded`))).body.models as LoadedNow[]
  return {
    url,
    child,
    ended,
    get: async (path) => answer(await fetch(url + path)),
    post: async (path, body) => answer(await send(path, body)),
    stream: async (body, signal) => {
      const response = await send('/v1/chat/completions', { ...body, stream: true }, signal)
      return { status: response.status, events: readEvents(response) }
    },
    loaded,
    enginePid: async (model) => {
      const pid = (await loaded()).find((m) => m.model === model)?.pid
      if (!pid) throw new Error(`${model} has no process now.`)
      return pid
    },
    stop: (signal = 'SIGTERM') => {
      child.kill(signal)
      return ended
    },
  }
}

async function* readEvents(response: Response): AsyncGenerator<Json> {
  const seen: Json[] = []
  const parser = createParser({
    onEvent: ({ data }) => {
      seen.push(data === '[DONE]' ? data : JSON.parse(data))
    },
  })
  const decoder = new TextDecoder()
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    parser.feed(decoder.decode(chunk, { stream: true }))
    while (seen.length > 0) yield seen.shift()
  }
}

/** Reads a stream to its end. `text` is what was said, `error` what the last event complains of. */
export async function readAll(
  events: AsyncIterable<Json>,
): Promise<{ text: string; finish: string | null; done: boolean; error: Json }> {
  let text = ''
  let finish: string | null = null
  let done = false
  let error: Json
  for await (const event of events) {
    if (event === '[DONE]') done = true
    else if (event.error) error = event.error
    else {
      text += event.choices[0]?.delta?.content ?? ''
      finish = event.choices[0]?.finish_reason ?? finish
    }
  }
  return { text, finish, done, error }
}

/** Waits until `condition` gives something true. The test's own time limit ends it. */
export async function until<T>(condition: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (;;) {
    const value = await condition()
    if (value) return value
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
