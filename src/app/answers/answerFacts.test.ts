import { expect, it } from 'vitest'
import type { Usage } from '../../engine/index.ts'
import { answerTimings, answerUsage } from './answerFacts.ts'
import { estimateTokens, knownContext } from './countTokens.ts'

const usage: Usage = {
  promptTokens: 120,
  cachedTokens: 20,
  completionTokens: 51,
  reasoningTokens: 4,
  draftTokens: 9,
  acceptedTokens: 5,
}
const moments = { loadMs: 30.4, firstTokenMs: 500.2, totalMs: 1500.2 }
const finish = (timings?: Usage['timings']): Parameters<typeof answerTimings>[0] => ({
  type: 'finish',
  reason: 'stop',
  usage: { ...usage, ...(timings && { timings }) },
})

it('speeds are those of the engine’s own clock', () => {
  const timings = { queueMs: 5, loadMs: 40, promptMs: 200, generationMs: 850, timeToFirstTokenMs: 250 }
  expect(answerTimings(finish(timings), moments)).toEqual({
    loadMs: 40,
    firstTokenMs: 500,
    totalMs: 1500,
    tokensPerSecond: 60,
    promptTokensPerSecond: 500,
  })
})

it('where an engine has no clock, only what is seen from outside is said', () => {
  expect(answerTimings(finish(), moments)).toEqual({
    loadMs: 30,
    firstTokenMs: 500,
    totalMs: 1500,
    tokensPerSecond: 50,
    promptTokensPerSecond: null,
  })
  const nothing = { ...finish(), usage: { ...usage, completionTokens: 0 } }
  expect(answerTimings(nothing, { ...moments, firstTokenMs: null })).toMatchObject({
    firstTokenMs: null,
    tokensPerSecond: null,
  })
})

it('of the usage, what concerns a person is kept', () => {
  expect(answerUsage(usage)).toEqual({ promptTokens: 120, cachedTokens: 20, completionTokens: 51, reasoningTokens: 4 })
})

it('an estimate grows with text, images and tools, and a context that nobody tells is not known', () => {
  const user = (text: string): Parameters<typeof estimateTokens>[0][number] => ({
    role: 'user',
    content: [{ type: 'text', text }],
  })
  const image = { role: 'user' as const, content: [{ type: 'image' as const, mediaType: '', data: new Uint8Array() }] }
  const plain = estimateTokens([user('Hello there')], {})
  expect(estimateTokens([user('Hello there, you')], {})).toBeGreaterThan(plain)
  expect(estimateTokens([user('ਸਤਿ ਸ੍ਰੀ ਅਕਾਲ')], {})).toBeGreaterThan(plain)
  expect(estimateTokens([user('Hello there'), image], {})).toBeGreaterThan(plain + 100)
  expect(estimateTokens([user('Hello there')], { tools: [{ name: 'weather' }] })).toBeGreaterThan(plain)
  expect([0, 4_096, Number.MAX_SAFE_INTEGER].map(knownContext)).toEqual([undefined, 4_096, undefined])
})
