import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StoredChatMessage } from '../../chats/index.ts'
import type { LiveEvent } from './contract.ts'
import { LiveQueue } from './LiveQueue.ts'

const delta = (messageId: string, offset: number, text: string, channel: 'text' | 'reasoning' = 'text'): LiveEvent => ({
  name: 'answer',
  data: { chatId: 'c', messageId, channel, offset, text },
})
const whole = (id: string, text: string, state: string): LiveEvent => ({
  name: 'message',
  data: { message: { id, chatId: 'c', text, reasoning: null, data: { state } } as unknown as StoredChatMessage },
})
const all = (queue: LiveQueue): LiveEvent[] => {
  const events: LiveEvent[] = []
  for (let event = queue.take(); event !== undefined; event = queue.take()) events.push(event)
  return events
}
/** As a page does it: what is known is not added twice, and a gap shows. */
function read(events: readonly LiveEvent[]): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const { name, data } of events) {
    if (name === 'message') texts[data.message.id] = data.message.text
    if (name !== 'answer') continue
    const known = texts[data.messageId] ?? ''
    if (data.offset > known.length) throw new Error(`a gap in ${data.messageId}`)
    const more = data.text.slice(known.length - data.offset)
    texts[data.messageId] = known + more
  }
  return texts
}

describe('a queue', () => {
  it('gives the text of every answer, whenever and however often it is read', () => {
    const piece = fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      text: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
      next: fc.constantFrom('go on', 'go on', 'read', 'tell the whole'),
    })
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const queue = new LiveQueue()
        const said: Record<string, string> = {}
        const seen: LiveEvent[] = []
        for (const { id, text, next } of pieces) {
          queue.add(delta(id, said[id]?.length ?? 0, text))
          said[id] = (said[id] ?? '') + text
          if (next === 'tell the whole') queue.add(whole(id, said[id], 'streaming'))
          if (next === 'read') seen.push(...all(queue))
        }
        seen.push(...all(queue))
        expect(read(seen)).toEqual(said)
      }),
    )
  })

  it('holds one event per channel of an answer, whatever comes', () => {
    const queue = new LiveQueue()
    for (let i = 0; i < 500; i++) {
      queue.add(delta('a', i * 2, 'xy'))
      queue.add(delta('a', i, 'z', 'reasoning'))
    }
    expect(all(queue)).toEqual([delta('a', 0, 'xy'.repeat(500)), delta('a', 0, 'z'.repeat(500), 'reasoning')])
  })

  it('tells the last state of a message, a run and the rest once, and no pieces that the whole has', () => {
    const queue = new LiveQueue()
    const loaded: LiveEvent = { name: 'loaded', data: { models: [] } }
    queue.add(whole('a', '', 'waiting'))
    queue.add(loaded)
    queue.add(delta('a', 0, 'Hi'))
    queue.add(delta('b', 0, 'Yo'))
    queue.add(loaded)
    queue.add(whole('a', 'Hi', 'done'))
    expect(all(queue)).toEqual([delta('b', 0, 'Yo'), loaded, whole('a', 'Hi', 'done')])
  })

  it('keeps what comes after the whole', () => {
    const queue = new LiveQueue()
    queue.add(whole('a', 'Hi', 'streaming'))
    queue.add(delta('a', 2, ' there'))
    expect(read(all(queue))).toEqual({ a: 'Hi there' })
  })

  it('tells of many chats as of some', () => {
    const queue = new LiveQueue({ chats: 3 })
    const change = (chatId: string | null, what: 'created' | 'changed' | 'deleted'): LiveEvent => ({
      name: 'chats',
      data: { chatId, change: what },
    })
    queue.add(change('1', 'created'))
    queue.add(change('1', 'changed'))
    queue.add(change('2', 'changed'))
    queue.add(change('2', 'deleted'))
    expect(all(queue)).toEqual([change('1', 'created'), change('2', 'deleted')])
    for (let i = 0; i < 50; i++) queue.add(change(String(i), 'changed'))
    expect(all(queue)).toEqual([change(null, 'changed')])
    queue.add(change('7', 'changed'))
    expect(all(queue)).toEqual([change('7', 'changed')])
  })

  it.each([
    ['events', { events: 2 }, [delta('a', 0, 'x'), delta('b', 0, 'x'), delta('c', 0, 'x')]],
    ['text', { text: 5 }, [delta('a', 0, 'xxx'), delta('b', 0, 'xxx')]],
    ['text of whole messages', { text: 50 }, [whole('a', 'x'.repeat(51), 'done')]],
    ['data of messages', { text: 50 }, [whole('a', '', 'x'.repeat(40))]],
  ])('is full of too many %s, and stays so', (_, limits, events) => {
    const queue = new LiveQueue(limits)
    for (const event of events) queue.add(event)
    expect(queue.isFull).toBe(true)
    queue.add(delta('d', 0, 'x'))
    expect(all(queue)).toEqual([])
  })
})
