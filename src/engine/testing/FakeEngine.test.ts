import { describe, expect, it } from 'vitest'
import { describeEngineContract } from './engineContract.ts'
import { FakeEngine } from './FakeEngine.ts'
import { codeOf, collect, textOfParts, userChat } from './requests.ts'

describeEngineContract('FakeEngine', async () => new FakeEngine())

describe('FakeEngine', () => {
  const ask = (text: string): Promise<Awaited<ReturnType<typeof collect>>> =>
    collect(new FakeEngine(), { input: userChat(text) })

  it('answers with what it was told', async () => {
    expect(textOfParts(await ask('hello there'))).toBe('You said: hello there')
  })

  it('plays the acts of a prompt in order', async () => {
    const parts = await ask('[[think hm]] and [[say yes]] [[tool look {"at":[1,2]}]]')
    expect(parts.map((part) => part.type)).toEqual(['reasoning', 'text', 'tool-call', 'finish'])
    expect(parts[2]).toMatchObject({ name: 'look', argumentsDelta: '{"at":[1,2]}' })
    expect(parts[3]).toMatchObject({ reason: 'tool-calls', usage: { completionTokens: 3, reasoningTokens: 1 } })
  })

  it('throws on demand', async () => {
    expect(await codeOf(ask('[[throw overloaded]]'))).toBe('overloaded')
  })
})
