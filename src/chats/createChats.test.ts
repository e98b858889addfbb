import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Database, openDatabase, SanjhaError } from '../core/index.ts'
import { chatTitle } from './chatTitle.ts'
import type { Chats } from './contract.ts'
import { createChats } from './createChats.ts'
import { chatsMigrations } from './migrations.ts'

let database: Database
let chats: Chats
let now: number
beforeEach(() => {
  now = 1e12
  database = openDatabase(':memory:', chatsMigrations)
  const clock = { now: () => now++, monotonic: () => now, sleep: async () => undefined }
  chats = createChats({ database, clock })
})
afterEach(() => database.close())

const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return SanjhaError.from(error).code
  }
  return 'none'
}
const texts = (id: string, leaf?: string): string[] => chats.path(id, leaf).map((m) => m.text)

describe('a chat', () => {
  it('grows message by message', () => {
    const chat = chats.create({ model: 'granite', data: { temperature: 0.2 } })
    expect(chat).toMatchObject({
      title: 'New chat',
      messageCount: 0,
      activeMessageId: null,
      pinned: false,
      folder: null,
    })
    const question = chats.append(chat.id, { role: 'user', text: 'What is the capital of France?' })
    const answer = chats.append(chat.id, {
      role: 'assistant',
      text: 'Paris.',
      reasoning: 'Easy.',
      model: 'granite',
      data: { usage: { tokens: 2 } },
    })
    expect(question.parentId).toBeNull()
    expect(answer).toMatchObject({ parentId: question.id, reasoning: 'Easy.', data: { usage: { tokens: 2 } } })
    const tree = chats.get(chat.id)
    expect(tree).toMatchObject({ title: 'What is the capital of France?', messageCount: 2, activeMessageId: answer.id })
    expect(tree.messages).toEqual([question, answer])
    expect(Date.parse(tree.updatedAt)).toBeGreaterThan(Date.parse(tree.createdAt))
  })

  it('has branches, and shows one', () => {
    const { id } = chats.create()
    const q = chats.append(id, { role: 'user', text: 'q' })
    const a1 = chats.append(id, { role: 'assistant', text: 'a1' })
    chats.append(id, { role: 'user', text: 'more' })
    const a2 = chats.append(id, { role: 'assistant', text: 'a2' }, { parentId: q.id })
    expect(texts(id)).toEqual(['q', 'a2'])
    expect(texts(id, a1.id)).toEqual(['q', 'a1'])
    chats.select(id, a1.id)
    expect(texts(id)).toEqual(['q', 'a1', 'more'])
    chats.append(id, { role: 'user', text: 'another start' }, { parentId: null })
    expect(texts(id)).toEqual(['another start'])
    expect(chats.select(id, q.id).activeMessageId).toBe(a2.id)
  })

  it('loses a message and all below it, and shows the next best branch', () => {
    const { id } = chats.create()
    const q = chats.append(id, { role: 'user', text: 'q' })
    chats.append(id, { role: 'assistant', text: 'a1' })
    const a2 = chats.append(id, { role: 'assistant', text: 'a2' }, { parentId: q.id })
    chats.append(id, { role: 'user', text: 'below' })
    expect(chats.deleteMessage(a2.id)).toEqual({ deleted: 2 })
    expect(texts(id)).toEqual(['q', 'a1'])
    expect(chats.search('below')).toEqual([])
    expect(chats.deleteMessage(q.id)).toEqual({ deleted: 2 })
    expect(chats.get(id)).toMatchObject({ messageCount: 0, activeMessageId: null })
  })

  it('may be thousands of messages long', () => {
    const { id } = chats.create()
    const first = chats.append(id, { role: 'user', text: '0' })
    database.transaction(() => {
      for (let i = 1; i < 3_000; i++) chats.append(id, { role: 'user', text: String(i) })
    })
    expect(texts(id)).toEqual(Array.from({ length: 3_000 }, (_, i) => String(i)))
    expect(chats.deleteMessage(first.id)).toEqual({ deleted: 3_000 })
    for (let i = 0; i < 1_200; i++) chats.append(id, { role: 'user', text: String(i) })
    chats.delete(id)
    expect(database.get('SELECT count(*) AS n FROM chat_messages')).toEqual({ n: 0 })
    expect(database.get('SELECT count(*) AS n FROM chat_search')).toEqual({ n: 0 })
  })

  it('keeps a title that was given, and can be renamed, moved and pinned', () => {
    const { id } = chats.create({ title: ' Mine ' })
    chats.append(id, { role: 'user', text: 'something else' })
    expect(chats.get(id).title).toBe('Mine')
    expect(chats.update(id, { title: 'Ours', folder: 'work', pinned: true, data: { a: 1 } })).toMatchObject({
      title: 'Ours',
      folder: 'work',
      pinned: true,
      data: { a: 1 },
    })
    expect(chats.update(id, { folder: null, data: null })).toMatchObject({ folder: null, data: null, pinned: true })
  })

  it('changes a message in place', () => {
    const { id } = chats.create()
    const m = chats.append(id, { role: 'assistant', text: 'helo', model: 'x' })
    expect(chats.updateMessage(m.id, { text: 'hello' })).toMatchObject({ text: 'hello', model: 'x' })
    expect(chats.search('helo')).toEqual([])
    expect(chats.search('hello')).toHaveLength(1)
  })

  it('says what is not there', () => {
    const [one, two] = [chats.create(), chats.create()]
    const m = chats.append(one.id, { role: 'user', text: 'x' })
    for (const work of [
      () => chats.get('chat_x'),
      () => chats.path('chat_x'),
      () => chats.delete('chat_x'),
      () => chats.append('chat_x', { role: 'user', text: '' }),
      () => chats.append(two.id, { role: 'user', text: '' }, { parentId: m.id }),
      () => chats.path(two.id, m.id),
      () => chats.select(two.id, m.id),
      () => chats.updateMessage('msg_x', {}),
      () => chats.deleteMessage('msg_x'),
      () => chats.export(['chat_x']),
    ]) {
      expect(codeOf(work)).toBe('not_found')
    }
    expect(chats.get(two.id).messageCount).toBe(0)
  })
})

describe('the list', () => {
  it('pages through everything once, pinned first, last changed first', () => {
    const ids = Array.from({ length: 23 }, (_, i) => chats.create({ title: String(i) }).id)
    chats.update(ids[3] as string, { pinned: true })
    chats.append(ids[5] as string, { role: 'user', text: 'x' })
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = chats.list({ limit: 5, ...(after !== undefined && { after }) })
      seen.push(...page.chats.map((c) => c.title))
      after = page.next ?? undefined
    } while (after !== undefined)
    const rest = Array.from({ length: 23 }, (_, i) => String(22 - i)).filter((t) => t !== '3' && t !== '5')
    expect(seen).toEqual(['3', '5', ...rest])
    expect(codeOf(() => chats.list({ after: 'nonsense' }))).toBe('invalid_request')
  })

  it('is by folder', () => {
    chats.create({ title: 'a', folder: 'work' })
    chats.create({ title: 'b' })
    expect(chats.list({ folder: 'work' }).chats.map((c) => c.title)).toEqual(['a'])
    expect(chats.list({ folder: null }).chats.map((c) => c.title)).toEqual(['b'])
    expect(chats.list().chats).toHaveLength(2)
    expect(chats.folders()).toEqual([{ name: 'work', chats: 1 }])
  })
})

describe('search', () => {
  const found = (query: string): number => chats.search(query).length
  it.each([
    ['ਪੰਜਾਬੀ', 'ਮੈਨੂੰ ਪੰਜਾਬੀ ਬੋਲੀ ਪਸੰਦ ਹੈ', true],
    ['ਪੰਜਾ', 'ਮੈਨੂੰ ਪੰਜਾਬੀ ਬੋਲੀ ਪਸੰਦ ਹੈ', true], // beginning of the last word
    ['ਪਜਬ', 'ਮੈਨੂੰ ਪੰਜਾਬੀ ਬੋਲੀ ਪਸੰਦ ਹੈ', false], // other vowels, another word
    ['ਪੰਜਾਬੂ', 'ਮੈਨੂੰ ਪੰਜਾਬੀ ਬੋਲੀ ਪਸੰਦ ਹੈ', false],
    ['हिन्दी', 'मुझे हिन्दी आती है', true],
    ['हन्द', 'मुझे हिन्दी आती है', false],
    ['日本', 'これは日本語の文章です', true],
    ['本語の文', 'これは日本語の文章です', true],
    ['日語', 'これは日本語の文章です', false],
    ['ภาษา', 'ฉันพูดภาษาไทย', true],
    ['привет', 'Привет, мир', true],
    ['cafe', 'Un café, por favor', true],
    ['cafe\u0301', 'Un café, por favor', true],
    ['العربية', 'اللغة العربية جميلة', true],
    ['jumps fox', 'The quick brown fox jumps', true], // both words, in any order
    ['jumps fo', 'The quick brown fox jumps', true],
    ['quic fox', 'The quick brown fox jumps', false],
    ['"brown fox"', 'The quick brown fox jumps', true],
    ['"fox brown"', 'The quick brown fox jumps', false],
    ['"fo"', 'The quick brown fox jumps', false],
    ['fox OR cat', 'The quick brown fox jumps', false], // no operators
    ['hello', 'Hi👋hello🎉', true],
    ['tail', '𝠀tail', true], // a symbol that SQLite does not know
    ['hello ☀', 'hello', true],
    ['love', '❤️love', true],
    ['node_modules', 'rm -r node_modules/.cache', true],
  ])('%s in "%s": %s', (query, text, expected) => {
    const { id } = chats.create({ title: 'x' })
    chats.append(id, { role: 'user', text })
    expect(found(query) > 0).toBe(expected)
  })

  it('shows where, and puts titles first', () => {
    const { id } = chats.create({ title: 'About zebras' })
    const m = chats.append(id, {
      role: 'assistant',
      text: `${'word '.repeat(100)}a zebra 日本語 ${'word '.repeat(100)}`,
    })
    const hits = chats.search('zebra')
    expect(hits).toHaveLength(2)
    expect(hits[0]).toMatchObject({ chatId: id, messageId: null, snippet: 'About \u2068zebras\u2069' })
    expect(hits[1]).toMatchObject({ messageId: m.id, role: 'assistant', title: 'About zebras' })
    expect(hits[1]?.snippet).toMatch(/^….*a \u2068zebra\u2069 日本語.*…$/)
    expect((hits[1] as { snippet: string }).snippet.length).toBeLessThan(200)
  })

  it('finds nothing for nothing, and does not find the placeholder title', () => {
    chats.create()
    for (const query of ['', '   ', '""', '"', '***', '()', 'new chat']) expect(found(query)).toBe(0)
  })

  it('takes whatever a person types', () => {
    chats.append(chats.create().id, { role: 'user', text: 'x AND "y" NEAR(z)' })
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[a-z"'*():^ +-]{0,20}$/)), (query) => {
        chats.search(query)
      }),
    )
  })

  it('finds every word of every text', () => {
    const { id } = chats.create()
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }), (text) => {
        const m = chats.append(id, { role: 'user', text })
        for (const word of text.normalize('NFC').match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? []) {
          expect(
            chats.search(word, { limit: 100_000 }).map((h) => h.messageId),
            word,
          ).toContain(m.id)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('export and import', () => {
  it('carry everything to another home, once', () => {
    const { id } = chats.create({ folder: 'f', data: { x: 1 } })
    const q = chats.append(id, { role: 'user', text: 'ਸਤਿ ਸ੍ਰੀ ਅਕਾਲ', data: { image: 'y' } })
    chats.append(id, { role: 'assistant', text: 'one', reasoning: 'r' })
    chats.append(id, { role: 'assistant', text: 'two' }, { parentId: q.id })
    chats.create({ title: 'empty' })
    const file = JSON.parse(JSON.stringify(chats.export()))
    const other = createChats({ database: openDatabase(':memory:', chatsMigrations) })
    expect(other.import(file)).toEqual({ added: 2, skipped: 0, changes: [] })
    expect(other.get(id)).toEqual(chats.get(id))
    expect(other.path(id).map((m) => m.text)).toEqual(['ਸਤਿ ਸ੍ਰੀ ਅਕਾਲ', 'two'])
    expect(other.search('ਅਕਾਲ').length).toBeGreaterThan(0)
    expect(other.import(file)).toEqual({ added: 0, skipped: 2, changes: [] })
    expect(chats.export([id]).chats).toHaveLength(1)
  })

  it('take all or nothing, and only what is right', () => {
    const { id } = chats.create()
    chats.append(id, { role: 'user', text: 'x' })
    const good = JSON.parse(JSON.stringify(chats.export()))
    const other = createChats({ database: openDatabase(':memory:', chatsMigrations) })
    const broken: unknown[] = [null, [], 'x', {}, { ...good, version: 2 }, { ...good, chats: [...good.chats, {}] }]
    for (const [name, value] of [
      ['role', 'king'],
      ['text', 1],
      ['parentId', 'msg_unknown'],
      ['createdAt', 'yesterday'],
      ['data', 'x'],
    ]) {
      const copy = structuredClone(good)
      copy.chats[0].messages[0][name as string] = value
      broken.push(copy)
    }
    for (const data of broken)
      expect(
        codeOf(() => other.import(data)),
        JSON.stringify(data),
      ).toBe('invalid_request')
    expect(other.list().chats).toEqual([])
  })
})

describe('chatTitle', () => {
  it.each([
    ['  Hello there \nsecond line', 'Hello there'],
    ['', ''],
    [`${'word '.repeat(30)}`, `${'word '.repeat(11).trim()}…`],
    ['x'.repeat(2_000_000), `${'x'.repeat(59)}…`],
  ])('%#', (text, title) => expect(chatTitle(text)).toBe(title))
  it('breaks no character and stays short', () => {
    expect(chatTitle('👩‍👩‍👧‍👦'.repeat(70))).toBe(`${'👩‍👩‍👧‍👦'.repeat(59)}…`)
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (t) => !chatTitle(t).includes('\n')))
  })
})

describe('an answer that grows', () => {
  it('is written down without counting as a change, and is found once it is whole', () => {
    const { id } = chats.create()
    const { id: message } = chats.append(id, { role: 'assistant', text: '' })
    const before = chats.summary(id)
    chats.saveProgress(message, { text: 'Once upon', reasoning: 'Hm' })
    expect(chats.summary(id)).toEqual(before)
    expect(chats.message(message)).toMatchObject({ text: 'Once upon', reasoning: 'Hm' })
    expect(chats.search('once')).toEqual([])
    chats.updateMessage(message, { text: 'Once upon' })
    expect(chats.search('once')).toHaveLength(1)
    expect(codeOf(() => chats.saveProgress('msg_x', { text: '', reasoning: null }))).toBe('not_found')
    expect(codeOf(() => chats.summary('chat_x'))).toBe('not_found')
  })

  it('is not being written any more where it is imported', () => {
    const { id } = chats.create()
    for (const state of ['waiting', 'streaming', 'done']) {
      chats.append(id, { role: 'assistant', text: state, data: { state, a: 1 } })
    }
    const exported = chats.export([id])
    chats.delete(id)
    chats.import(exported)
    expect(chats.path(id).map((m) => m.data)).toEqual([
      { state: 'interrupted', a: 1 },
      { state: 'interrupted', a: 1 },
      { state: 'done', a: 1 },
    ])
  })
})
