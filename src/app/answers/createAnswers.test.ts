import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AnswerLeases, chatsMigrations, createChats } from '../../chats/index.ts'
import { type Database, openDatabase, SanjhaError, silentLogger, systemClock, thisProcess } from '../../core/index.ts'
import { soon } from '../../core/testing/soon.ts'
import { TestEngine } from '../../gateway/testing/TestEngine.ts'
import { testSanjha } from '../../server/testing/testServer.ts'
import type { Sanjha } from '../contract.ts'
import { LiveHub } from '../live/LiveHub.ts'
import type { NewAnswer } from './contract.ts'
import { createAnswers } from './createAnswers.ts'
import { OthersWatch } from './OthersWatch.ts'

let parts: ReturnType<typeof testSanjha>
let sanjha: Sanjha
beforeEach(() => {
  parts = testSanjha({ engines: { test: new TestEngine({ contextLength: 60 }) } })
  sanjha = parts.sanjha
})
afterEach(() => sanjha.close())

const request = (text: string, more: Partial<NewAnswer> = {}): NewAnswer => ({
  model: 'test',
  message: { text },
  caller: { keyId: null, surface: 'cli' },
  requestId: 'r',
  signal: new AbortController().signal,
  ...more,
})
const words = (count: number): string => Array(count).fill('w').join(' ')

/** A chat of so many turns, made without a model. */
function chatOf(turns: number, wordsEach: number): string {
  const { id } = sanjha.chats.create()
  for (let i = 0; i < turns; i++) {
    sanjha.chats.append(id, { role: 'user', text: words(wordsEach) })
    sanjha.chats.append(id, { role: 'assistant', text: words(wordsEach) })
  }
  return id
}
const dataOf = (messageId: string): Record<string, unknown> => ({ ...sanjha.chats.message(messageId).data })

describe('a chat that is too long', () => {
  it('is an error', async () => {
    const { answer, ended } = sanjha.answers.start(chatOf(8, 10), request('[[say Hi]]'))
    await ended
    expect(dataOf(answer.id)).toMatchObject({
      state: 'failed',
      error: { code: 'context_length_exceeded', hint: expect.any(String) },
    })
  })

  it('loses its oldest turns where that was asked for, and the answer says which', async () => {
    const chat = chatOf(8, 10)
    const before = sanjha.chats.path(chat)
    const settings = { generate: { maxTokens: 10 }, chat: {} }
    const { answer, ended } = sanjha.answers.start(
      chat,
      request('[[say Hi]]', { overflow: 'leave_out', system: 'Be kind.', settings }),
    )
    await ended
    const { state, leftOut } = dataOf(answer.id) as { state: string; leftOut: string[] }
    expect(state).toBe('done')
    // Whole turns, from the first on, and not all of them.
    expect(leftOut).toEqual(before.slice(0, leftOut.length).map((m) => m.id))
    expect([leftOut.length % 2, leftOut.length > 0, leftOut.length < before.length]).toEqual([0, true, true])
    const { input } = parts.engine.requests[0]!
    if (input.type !== 'chat') throw new Error('no chat')
    expect(input.messages).toHaveLength(2 + before.length - leftOut.length)
    expect([input.messages[0]?.role, input.messages.at(-1)?.content]).toEqual([
      'system',
      [{ type: 'text', text: '[[say Hi]]' }],
    ])
    // The meter had foretold it.
    const leafId = before.at(-1)!.id
    const measure = { model: 'test', leafId, system: 'Be kind.', settings, draft: { text: '[[say Hi]]' } }
    const signal = new AbortController().signal
    expect(await sanjha.answers.measure(chat, { ...measure, signal })).toMatchObject({
      leftOut,
      limit: 60,
      reserved: 10,
      measured: true,
    })
  })

  it('and whose last question alone does not fit is an error all the same', async () => {
    const { answer, ended } = sanjha.answers.start(chatOf(2, 5), request(words(80), { overflow: 'leave_out' }))
    await ended
    expect(dataOf(answer.id)).toMatchObject({ state: 'failed', error: { code: 'context_length_exceeded' } })
  })
})

describe('the meter', () => {
  const signal = new AbortController().signal

  it('loads nothing, and says that it only estimates', async () => {
    const chat = chatOf(2, 5)
    const measured = await sanjha.answers.measure(chat, { model: 'test', signal })
    expect(measured).toMatchObject({ measured: false, limit: 2048, reserved: 512, leftOut: [] })
    expect(measured.tokens).toBeGreaterThan(0)
    expect(parts.pool.acquired).toEqual([])
    expect(await sanjha.answers.measure(chat, { model: 'strange/remote', signal })).toMatchObject({ limit: null })
  })

  it('counts as the model does once it is there, and takes what is being written into account', async () => {
    const { id } = sanjha.chats.create()
    await sanjha.answers.start(id, request('[[say Hi]]')).ended
    const messages = sanjha.chats.path(id).map((m) => ({
      role: m.role as 'user',
      content: [{ type: 'text' as const, text: m.text }],
    }))
    const real = (await parts.engine.renderChat({ type: 'chat', messages })).tokens.length
    const empty = await sanjha.answers.measure(id, { model: 'test', signal })
    expect(empty).toMatchObject({ tokens: real, measured: true, limit: 60, reserved: 15 })
    const more = await sanjha.answers.measure(id, { model: 'test', draft: { text: words(20) }, signal })
    expect(more.tokens).toBeGreaterThan(empty.tokens + 19)
    expect(parts.pool.held).toBe(0)
  })
})

describe('what cannot be written down', () => {
  it('is written when it can, and nothing is lost', async () => {
    let isFull = false
    const { chats } = sanjha
    const updateMessage: typeof chats.updateMessage = (...its) => {
      if (isFull) throw new SanjhaError('disk_full', 'There is no space left on the disk for the database.')
      return chats.updateMessage(...its)
    }
    const database = openDatabase(':memory:', chatsMigrations)
    const answers = createAnswers({
      database,
      chats: { ...chats, updateMessage },
      leases: {
        take: () => undefined,
        release: () => undefined,
        renew: () => undefined,
        stopRequests: () => [],
      } as never,
      models: sanjha.models,
      pool: sanjha.engines,
      config: sanjha.config,
      handle: (call) => sanjha.handle(call),
      live: new LiveHub(),
      clock: systemClock,
      log: silentLogger,
    })
    const { id } = chats.create()
    isFull = true
    const { answer, ended } = answers.start(id, request('[[say Hi]]'))
    await soon(() => expect(parts.engine.requests).toHaveLength(1))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(dataOf(answer.id)['state']).toBe('waiting')
    isFull = false
    await ended
    expect(chats.message(answer.id)).toMatchObject({ text: 'Hi', data: { state: 'done' } })
    await answers.close()
    database.close()
  })
})

describe('answers in masses', () => {
  it('are refused before anything is written, and taken again when some have ended', async () => {
    const database = openDatabase(':memory:', chatsMigrations)
    const own = createChats({ database })
    const { sanjha } = parts
    const answers = createAnswers({
      database,
      chats: own,
      models: sanjha.models,
      pool: sanjha.engines,
      config: sanjha.config,
      handle: (call) => sanjha.handle(call),
      live: new LiveHub(),
      clock: systemClock,
      log: silentLogger,
      maxOpen: 2,
    })
    const { id } = own.create()
    const ask = () => answers.start(id, { ...request('[[say Hi]]'), parentId: null })
    const open = [ask(), ask()]
    const refusal = SanjhaError.from(expectThrown(ask))
    expect([refusal.code, refusal.retryable]).toEqual(['overloaded', true])
    expect(own.get(id).messages).toHaveLength(4)
    await Promise.all(open.map((each) => each.ended))
    await ask().ended
    expect(own.get(id).messages).toHaveLength(6)
    await answers.close()
    database.close()
  })
})

function expectThrown(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

describe('answers of others', () => {
  let database: Database
  beforeEach(() => {
    database = openDatabase(':memory:', chatsMigrations)
  })
  afterEach(() => database.close())

  it('are interrupted when their writer has died, or is of another machine and silent, and else left alone', () => {
    const chats = createChats({ database })
    const { id } = chats.create()
    let now = 1e12
    const clock = { ...systemClock, now: () => now }
    const me = thisProcess()
    const owners = {
      dead: { ...me, started: 'another' },
      living: me,
      elsewhere: { ...me, host: 'elsewhere' },
    }
    const messages = Object.fromEntries(
      Object.entries(owners).map(([name, owner]) => {
        const message = chats.append(id, {
          role: 'assistant',
          text: 'So far',
          data: { state: 'streaming', system: 's' },
        })
        new AnswerLeases({ database, clock, owner }).take(message.id)
        return [name, message.id]
      }),
    )
    const watch = new OthersWatch(chats, new AnswerLeases({ database, clock }), new LiveHub())
    const states = (): unknown[] => Object.values(messages).map((message) => chats.message(message).data?.['state'])
    watch.look()
    expect(states()).toEqual(['interrupted', 'streaming', 'streaming'])
    now += 60_000
    watch.look()
    expect(states()).toEqual(['interrupted', 'streaming', 'interrupted'])
    expect(chats.message(messages['dead']!)).toMatchObject({ text: 'So far', data: { system: 's' } })
    expect(new AnswerLeases({ database, clock }).ofOthers().map((each) => each.messageId)).toEqual([messages['living']])
  })

  it('a lease that is renewed holds', () => {
    const chats = createChats({ database })
    let now = 1e12
    const clock = { ...systemClock, now: () => now }
    const message = chats.append(chats.create().id, { role: 'assistant', text: '' })
    const writer = new AnswerLeases({ database, clock, owner: { ...thisProcess(), host: 'elsewhere' }, leaseMs: 1_000 })
    writer.take(message.id)
    const reader = new AnswerLeases({ database, clock })
    now += 900
    writer.renew()
    now += 900
    expect(reader.ofOthers()).toEqual([{ messageId: message.id, isAbandoned: false }])
    now += 200
    expect(reader.ofOthers()).toEqual([{ messageId: message.id, isAbandoned: true }])
    expect(writer.ofOthers()).toEqual([])
    expect([reader.requestStop(message.id), writer.stopRequests()]).toEqual([true, [message.id]])
    chats.deleteMessage(message.id)
    expect([reader.requestStop(message.id), writer.stopRequests(), reader.ofOthers()]).toEqual([false, [], []])
  })
})

it('when Sanjha is closed, what goes on is interrupted and nothing new is begun', async () => {
  const { id } = sanjha.chats.create()
  const { answer, ended } = sanjha.answers.start(id, request('[[say Hi]][[stall]]'))
  await soon(() => {
    sanjha.answers.flush()
    expect(sanjha.chats.message(answer.id).text).toBe('Hi')
  })
  await sanjha.answers.close()
  await ended
  expect(dataOf(answer.id)['state']).toBe('interrupted')
  expect(() => sanjha.answers.start(id, request('More'))).toThrow(expect.objectContaining({ code: 'shutting_down' }))
})
