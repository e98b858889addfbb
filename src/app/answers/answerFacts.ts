import type { Part, Usage } from '../../engine/index.ts'
import type { AnswerTimings, AnswerUsage } from './contract.ts'

/** What was used, as an answer keeps it. */
export function answerUsage({ promptTokens, cachedTokens, completionTokens, reasoningTokens }: Usage): AnswerUsage {
  return { promptTokens, cachedTokens, completionTokens, reasoningTokens }
}

/** When things happened, in milliseconds since the question. */
export interface Moments {
  readonly loadMs: number
  readonly firstTokenMs: number | null
  readonly totalMs: number
}

/** How long it took. By the engine's own clock where it has one; else as seen from outside, which is a little slower. */
export function answerTimings({ usage }: Extract<Part, { type: 'finish' }>, moments: Moments): AnswerTimings {
  const { timings, completionTokens, promptTokens, cachedTokens } = usage
  const seenMs = moments.firstTokenMs === null ? 0 : moments.totalMs - moments.firstTokenMs
  return {
    loadMs: Math.round(timings?.loadMs ?? moments.loadMs),
    firstTokenMs: moments.firstTokenMs === null ? null : Math.round(moments.firstTokenMs),
    totalMs: Math.round(moments.totalMs),
    tokensPerSecond: timings ? rate(completionTokens, timings.generationMs) : rate(completionTokens - 1, seenMs),
    promptTokensPerSecond: timings ? rate(promptTokens - cachedTokens, timings.promptMs) : null,
  }
}

function rate(tokens: number, ms: number): number | null {
  return tokens > 0 && ms > 0 ? Math.round((tokens / ms) * 10_000) / 10 : null
}
