import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent, request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeGguf, tinyMetadata, tinyTensors } from '../../src/models/testing/makeGguf.ts'

let home: string
let child: ChildProcess
let lines: AsyncIterator<string>
let url: URL
const agent = new Agent({ keepAlive: true, maxSockets: 8 })

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'sanjha-memory-'))
  const file = join(home, 'fake.gguf')
  await writeFile(file, makeGguf({ metadata: tinyMetadata, tensors: tinyTensors }))
  const program = join(import.meta.dirname, '..', 'support', 'fakeServer.ts')
  child = spawn(process.execPath, ['--expose-gc', program, home, file], { stdio: ['pipe', 'pipe', 'inherit'] })
  if (child.stdout === null) throw new Error('The server has no stdout.')
  lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  url = new URL((await lines.next()).value ?? '')
})
afterAll(async () => {
  agent.destroy()
  const ended = once(child, 'exit')
  child.stdin?.end()
  await ended
  await rm(home, { recursive: true, force: true })
})

async function memory(): Promise<{ rss: number; heap: number }> {
  child.stdin?.write('\n')
  return JSON.parse((await lines.next()).value ?? '') as { rss: number; heap: number }
}

const chat = (stream: boolean): object => ({ model: 'fake', stream, messages: [{ role: 'user', content: 'Hi' }] })

/** What clients send, in turn: every API, streamed and not, and what is refused. */
const requests: readonly (readonly [path: string, body: object | string, status: number])[] = [
  ['/v1/chat/completions', chat(false), 200],
  ['/v1/chat/completions', chat(true), 200],
  ['/v1/messages', { ...chat(true), max_tokens: 8 }, 200],
  ['/api/chat', chat(true), 200],
  ['/v1/embeddings', { model: 'fake', input: ['a', 'b'] }, 200],
  ['/v1/responses', { model: 'fake', input: 'Hi', store: false }, 200],
  ['/v1/chat/completions', { model: 'nobody', messages: [] }, 400],
  ['/v1/chat/completions', '{"model": ', 400],
]

function post([path, body, expected]: (typeof requests)[number]): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { agent, host: url.hostname, port: url.port, path, method: 'POST' }
    const request = httpRequest({ ...options, headers: { 'content-type': 'application/json' } }, (response) => {
      response.resume()
      response.once('end', () => {
        if (response.statusCode === expected) resolve()
        else reject(new Error(`${path} answered ${response.statusCode}, not ${expected}.`))
      })
    })
    request.once('error', reject)
    request.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
}

async function send(count: number): Promise<void> {
  for (let done = 0; done < count; done += requests.length) await Promise.all(requests.map(post))
}

it('is as large after 10,000 requests as after 1,000, and takes no more from the system for the next 10,000', {
  timeout: 600_000,
}, async () => {
  await send(1000)
  const early = await memory()
  await send(9000)
  const full = await memory()
  await send(10_000)
  const late = await memory()
  // What is held: a hundred bytes a request would be more than the collector and the JIT keep for themselves.
  expect(full.heap - early.heap).toBeLessThan(1e6)
  expect(late.heap - early.heap).toBeLessThan(2e6)
  // What the system sees: V8 takes its room in the first ten thousand and does not give it back, so they are left out.
  expect(late.rss - full.rss).toBeLessThan(60e6)
})
