import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createIpcChannel, type IpcPort } from './channel.ts'

type Message = { readonly type: 'part' | 'end'; readonly n: number }

/** A port that remembers each batch and says at once that it is written. */
function port(): IpcPort & { batches: Message[][] } {
  const emitter = new EventEmitter()
  const batches: Message[][] = []
  return {
    batches,
    on: (event: string, listener: (...args: never[]) => void) => emitter.on(event, listener as never),
    send: (batch, _handle, _options, done) => {
      batches.push(batch as Message[])
      setImmediate(() => done(null))
      return true
    },
  }
}

const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
}
const gather = { everyMs: 60_000, isUrgent: (message: Message) => message.type !== 'part' }

describe('createIpcChannel', () => {
  it('sends what was said in one turn together, in order', async () => {
    const to = port()
    const channel = createIpcChannel<Message, Message>(to)
    for (let n = 0; n < 3; n++) channel.send({ type: 'part', n })
    await turns(3)
    expect(to.batches.map((batch) => batch.map(({ n }) => n))).toEqual([[0, 1, 2]])
  })

  it('sends the first piece at once, gathers those after it, and lets nothing overtake', async () => {
    const to = port()
    const channel = createIpcChannel<Message, Message>(to, gather)
    for (let n = 0; n < 5; n++) {
      channel.send({ type: 'part', n })
      await turns(3)
    }
    expect(to.batches.map((batch) => batch.map(({ n }) => n))).toEqual([[0]])
    channel.send({ type: 'end', n: 5 })
    await turns(3)
    expect(to.batches.map((batch) => batch.map(({ n }) => n))).toEqual([[0], [1, 2, 3, 4, 5]])
  })

  it('sends gathered pieces when their time has come, without anything urgent', async () => {
    const to = port()
    const channel = createIpcChannel<Message, Message>(to, { ...gather, everyMs: 5 })
    for (let n = 0; n < 3; n++) {
      channel.send({ type: 'part', n })
      await turns(1)
    }
    await expect.poll(() => to.batches.flat().map(({ n }) => n)).toEqual([0, 1, 2])
  })
})
