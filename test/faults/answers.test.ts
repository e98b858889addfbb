import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { chatsMigrations, createChats } from '../../src/chats/index.ts'
import { openDatabase, resolvePaths } from '../../src/core/index.ts'
import { soon } from '../../src/core/testing/soon.ts'
import { makeGguf, tinyMetadata, tinyTensors } from '../../src/models/testing/makeGguf.ts'
import { readEvents } from '../../src/server/testing/readEvents.ts'
import type { Json } from '../support/serving.ts'

interface Running {
  readonly url: string
  readonly child: ChildProcess
  get(path: string): Promise<Json>
  post(path: string, body?: object): Promise<Json>
}

let home: string
let file: string
let children: ChildProcess[]
beforeEach(async () => {
  children = []
  home = await mkdtemp(join(tmpdir(), 'sanjha-answers-'))
  file = join(home, 'fake.gguf')
  await writeFile(file, makeGguf({ metadata: tinyMetadata, tensors: tinyTensors }))
})
afterEach(async () => {
  for (const child of children) await kill(child)
  await rm(home, { recursive: true, force: true })
})

/** A server in a process of its own, with a fake engine in a child of it. */
async function startServer(): Promise<Running> {
  const program = join(import.meta.dirname, '..', 'support', 'fakeServer.ts')
  const child = spawn(process.execPath, ['--expose-gc', program, home, file], { stdio: ['pipe', 'pipe', 'inherit'] })
  children.push(child)
  const lines = createInterface(child.stdout as NodeJS.ReadableStream)[Symbol.asyncIterator]()
  const url = `${(await lines.next()).value}/sanjha/v1`
  const ask = async (path: string, init?: RequestInit): Promise<Json> => (await fetch(url + path, init)).json()
  const headers = { 'content-type': 'application/json' }
  return {
    url,
    child,
    get: (path) => ask(path),
    post: (path, body = {}) => ask(path, { method: 'POST', headers, body: JSON.stringify(body) }),
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

/** What is on the disk, which asking the server would change. */
function onDisk(messageId: string): Json {
  const database = openDatabase(resolvePaths({ SANJHA_HOME: home }).database, chatsMigrations)
  try {
    return createChats({ database }).message(messageId)
  } finally {
    database.close()
  }
}

async function begin(server: Running, text: string): Promise<{ chat: string; answer: string }> {
  const chat = (await server.post('/chats')).id as string
  const { answer } = await server.post(`/chats/${chat}/answers`, { model: 'fake', message: { text } })
  return { chat, answer: answer.id as string }
}

it('kill -9 of the server in the middle of an answer leaves what was said, and the next one says so', async () => {
  const server = await startServer()
  const { chat, answer } = await begin(server, '[[think Let me see.]][[say Once upon a time]][[stall]]')
  await soon(() => expect(onDisk(answer).text).toBe('Once upon a time'))
  expect(onDisk(answer).data.state).toBe('streaming')
  await kill(server.child)
  const next = await startServer()
  const message = await next.get(`/messages/${answer}`)
  expect(message).toMatchObject({
    text: 'Once upon a time',
    reasoning: 'Let me see.',
    data: { state: 'interrupted' },
  })
  expect((await next.get('/chats/search?q=once')).hits).toContainEqual(expect.objectContaining({ messageId: answer }))
  // And the chat goes on.
  const again = await next.post(`/chats/${chat}/answers`, { model: 'fake', parentId: message.parentId })
  await next.post(`/answers/${again.answer.id}/stop`)
  expect((await next.get(`/messages/${again.answer.id}`)).data.state).toBe('stopped')
})

it('a second server of the same home leaves the answers of the first alone, sees them, and can stop them', async () => {
  const [one, two] = [await startServer(), await startServer()]
  const { answer } = await begin(one, '[[say Once upon a time]][[stall]]')
  await soon(() => expect(onDisk(answer).text).toBe('Once upon a time'))
  const third = await startServer()
  expect((await third.get(`/messages/${answer}`)).data.state).toBe('streaming')
  expect(await two.post(`/answers/${answer}/stop`)).toEqual({ stopped: true })
  await soon(async () => expect((await two.get(`/messages/${answer}`)).data.state).toBe('stopped'))
  expect(await two.post(`/answers/${answer}/stop`)).toEqual({ stopped: false })
})

it('a page at one server is told of what another writes, and of its death', async () => {
  const [one, two] = [await startServer(), await startServer()]
  const reader = readEvents(await fetch(`${two.url}/events`))
  await reader.next((e) => e.event === 'hello')
  const { chat, answer } = await begin(one, '[[say Once upon a time]][[stall]]')
  await reader.next((e) => e.event === 'chats' && e.data.chatId === chat)
  await reader.next((e) => e.event === 'message' && e.data.message.id === answer && e.data.message.text !== '')
  await kill(one.child)
  const { data } = await reader.next((e) => e.event === 'message' && e.data.message.data?.state === 'interrupted')
  expect(data.message).toMatchObject({ id: answer, text: 'Once upon a time' })
  await reader.close()
})

it('kill -9 of the engine in the middle of an answer costs what it was writing, not what it had said, and no answer after it', async () => {
  const server = await startServer()
  const other = await begin(server, '[[say Far away]][[stall]]')
  await soon(async () => expect((await server.get(`/messages/${other.answer}`)).text).toBe('Far away'))
  const { chat, answer } = await begin(server, '[[say Once upon a time]][[crash]]')
  const failed = await soon(async () => {
    const message = await server.get(`/messages/${answer}`)
    expect(message.data.state).toBe('failed')
    return message
  })
  expect(failed.data.error).toMatchObject({ code: 'engine_crashed', retryable: true })
  // Of what it said in its last moment, nobody knows what came through.
  expect('Once upon a time'.startsWith(failed.text)).toBe(true)
  // Both were of the same engine, which is there again.
  expect((await server.get(`/messages/${other.answer}`)).data.state).toBe('failed')
  const next = await server.post(`/chats/${chat}/answers`, {
    model: 'fake',
    message: { text: '[[say And then]]' },
  })
  await soon(async () => {
    const message = await server.get(`/messages/${next.answer.id}`)
    expect(message).toMatchObject({ text: 'And then', data: { state: 'done' } })
  })
})
