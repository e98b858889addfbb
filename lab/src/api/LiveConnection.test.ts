import { beforeEach, expect, it } from 'vitest'
import { type ConnectionState, LiveConnection } from './LiveConnection.ts'
import { ManualClock, settle } from './testing/ManualClock.ts'

const encoder = new TextEncoder()
const hello = 'event: hello\ndata: {"boot":"b1","version":"1.0.0"}\n\n'

interface Attempt {
  readonly headers: Record<string, string>
  readonly signal: AbortSignal
  send(text: string | Uint8Array): Promise<void>
  /** The server ends the stream. */
  end(): Promise<void>
  cut(): Promise<void>
}

let clock: ManualClock
let attempts: Attempt[]
let answer: 'stream' | 'nobody' | number
let key: string | undefined
let errors: unknown[]
let live: LiveConnection
let states: ConnectionState[]

beforeEach(() => {
  clock = new ManualClock()
  attempts = []
  answer = 'stream'
  key = undefined
  errors = []
  live = new LiveConnection({
    url: '/events',
    fetch: async (_url, { headers, signal }) => {
      let control: ReadableStreamDefaultController<Uint8Array>
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          control = controller
        },
      })
      signal.addEventListener('abort', () => {
        try {
          control.error(signal.reason)
        } catch {
          // It has ended already.
        }
      })
      attempts.push({
        headers,
        signal,
        send: async (text) => {
          control.enqueue(typeof text === 'string' ? encoder.encode(text) : text)
          await settle()
        },
        end: async () => {
          control.close()
          await settle()
        },
        cut: async () => {
          control.error(new TypeError('network error'))
          await settle()
        },
      })
      if (answer === 'nobody') throw new TypeError('Failed to fetch')
      return answer === 'stream' ? new Response(body) : new Response('{}', { status: answer })
    },
    clock,
    key: () => key,
    random: () => 0.5,
    report: (error) => errors.push(error),
  })
  states = [live.state]
  live.watchState(() => states.push(live.state))
})

const last = (): Attempt => attempts.at(-1) as Attempt

async function connected(): Promise<Attempt> {
  live.connect()
  await settle()
  await last().send(hello)
  return last()
}

it('tells of each event by its name, whatever pieces it comes in', async () => {
  const said: string[] = []
  live.on('hello', ({ boot }) => said.push(`hello ${boot}`))
  const end = live.on('answer', ({ offset, text }) => said.push(`${offset}${text}`))
  const server = await connected()
  const event = encoder.encode('event: answer\ndata: {"channel":"text","offset":7,"text":"ਸਤ"}\n\n: ping\n\n')
  for (const byte of event) await server.send(Uint8Array.of(byte))
  expect(said).toEqual(['hello b1', '7ਸਤ'])
  end()
  await server.send('event: answer\ndata: {"offset":9,"text":"!"}\n\n')
  expect(said).toHaveLength(2)
  expect(states).toEqual(['connecting', 'connected'])
})

it('sends the key, asks no more where it is refused, and again with another one', async () => {
  answer = 401
  live.connect()
  await settle()
  expect(states).toEqual(['connecting', 'locked'])
  live.wake()
  await clock.pass(100_000)
  expect(attempts).toHaveLength(1)
  key = 'secret'
  answer = 'stream'
  await connected()
  expect(last().headers['authorization']).toBe('Bearer secret')
  expect(live.state).toBe('connected')
})

it.each(['end', 'cut'] as const)('comes back after an %s, and says hello again', async (how) => {
  let hellos = 0
  live.on('hello', () => {
    hellos += 1
  })
  const server = await connected()
  await server[how]()
  expect(live.state).toBe('retrying')
  expect(clock.waiting).toEqual([300])
  await clock.pass(300)
  expect(attempts).toHaveLength(2)
  expect(live.state).toBe('retrying')
  await last().send(hello)
  expect([live.state, hellos]).toEqual(['connected', 2])
})

it('waits longer each time, but not for ever, and says when it is no short interruption', async () => {
  const server = await connected()
  answer = 'nobody'
  await server.cut()
  const delays: number[] = []
  for (let i = 0; i < 8; i++) {
    delays.push(clock.waiting[0] as number)
    await clock.pass(clock.waiting[0] as number)
  }
  expect(delays).toEqual([300, 600, 1200, 2400, 4800, 8000, 8000, 8000])
  expect(states).toEqual(['connecting', 'connected', 'retrying', 'offline'])
  answer = 'stream'
  await clock.pass(8000)
  await last().send(hello)
  await last().cut()
  // Once it was back, it begins with short delays again.
  expect(clock.waiting).toEqual([300])
})

it('a server error or another page is no connection', async () => {
  answer = 503
  live.connect()
  await settle()
  expect([live.state, clock.waiting]).toEqual(['connecting', [300]])
})

it('takes a silent connection for dead, and one with pings not', async () => {
  const server = await connected()
  for (let i = 0; i < 5; i++) {
    await clock.pass(30_000)
    await server.send(': ping\n\n')
  }
  expect(attempts).toHaveLength(1)
  await clock.pass(39_999)
  expect(attempts).toHaveLength(1)
  await clock.pass(1)
  expect(server.signal.aborted).toBe(true)
  await clock.pass(300)
  expect(attempts).toHaveLength(2)
})

it('a request that nobody answers is given up as well', async () => {
  live.connect()
  await settle()
  await clock.pass(40_300)
  expect(attempts).toHaveLength(2)
})

it('after sleep it connects at once, without waiting for a timer', async () => {
  const server = await connected()
  clock.sleep(3_600_000)
  live.wake()
  await settle()
  expect(server.signal.aborted).toBe(true)
  expect(attempts).toHaveLength(2)
})

it('is not disturbed by a look at a connection that lives, and waits no longer when the network is back', async () => {
  const server = await connected()
  clock.sleep(20_000)
  live.wake()
  expect(attempts).toHaveLength(1)
  answer = 'nobody'
  await server.cut()
  await clock.pass(5_000)
  const before = attempts.length
  answer = 'stream'
  live.wake()
  await settle()
  expect(attempts).toHaveLength(before + 1)
  // Those that were cut come too late to do anything.
  await clock.pass(60_000 - 21_000)
  expect(attempts.length).toBe(before + 1)
})

it('gives its connection up when nobody has looked for a while, and takes it again', async () => {
  const server = await connected()
  live.hide()
  await clock.pass(30_000)
  live.wake()
  await server.send(': ping\n\n')
  await clock.pass(35_000)
  expect(live.state).toBe('connected')
  live.hide()
  await server.send(': ping\n\n')
  await clock.pass(30_000)
  await server.send(': ping\n\n')
  await clock.pass(30_000)
  expect([live.state, server.signal.aborted, clock.waiting]).toEqual(['resting', true, []])
  live.wake()
  await settle()
  await last().send(hello)
  expect(live.state).toBe('connected')
})

it('a handler that fails takes nobody with it', async () => {
  let heard = 0
  live.on('settings', () => {
    throw new Error('broken')
  })
  live.on('settings', () => {
    heard += 1
  })
  const server = await connected()
  await server.send('event: settings\ndata: {}\n\n')
  expect([heard, live.state]).toEqual([1, 'connected'])
  expect(errors).toHaveLength(1)
})

it('what is no JSON ends the connection, and a new one is made', async () => {
  const server = await connected()
  await server.send('event: settings\ndata: {\n\n')
  expect(live.state).toBe('retrying')
  expect(server.signal.aborted).toBe(true)
})
