import { expect, it } from 'vitest'
import { silentLogger } from '../../core/index.ts'
import type { LoadedModel } from '../../engine/index.ts'
import type { Call, CallPart } from '../../gateway/index.ts'
import { notingSpeeds } from './notingSpeeds.ts'

const call = { id: 'a', model: 'm' } as Call

function finish(completionTokens: number, generationMs: number): CallPart {
  const timings = { queueMs: 0, loadMs: 0, promptMs: 1, generationMs, timeToFirstTokenMs: 1 }
  const none = { promptTokens: 1, cachedTokens: 0, reasoningTokens: 0, draftTokens: 0, acceptedTokens: 0 }
  return { type: 'finish', reason: 'stop', usage: { ...none, completionTokens, timings } }
}

async function noted(part: CallPart, active = 1, failing = false): Promise<[string, number][]> {
  const notes: [string, number][] = []
  const gateway = {
    handle: async function* (given: Call): AsyncGenerator<CallPart> {
      given.onRouted?.({ model: 'm', digest: 'sha256:m', loadMs: 0 })
      yield part
    },
  }
  const note = (digest: string, rate: number): void => {
    if (failing) throw new Error('locked')
    notes.push([digest, rate])
  }
  const list = (): LoadedModel[] => [{ status: { active, waiting: 0 } } as LoadedModel]
  const parts = []
  for await (const each of notingSpeeds(gateway, { note }, { list }, silentLogger).handle(call)) parts.push(each)
  expect(parts).toEqual([part])
  return notes
}

it('notes how fast an answer was made', async () => {
  expect(await noted(finish(101, 2000))).toEqual([['sha256:m', 50]])
})

it('notes nothing of short answers, of answers beside others, or of what took no time', async () => {
  expect(await noted(finish(3, 100))).toEqual([])
  expect(await noted(finish(101, 2000), 2)).toEqual([])
  expect(await noted(finish(101, 0))).toEqual([])
})

it('gives the answer although the note could not be written', async () => {
  expect(await noted(finish(101, 2000), 1, true)).toEqual([])
})
