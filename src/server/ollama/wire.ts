import type { FinishReason, Usage } from '../../engine/index.ts'
import type { ReadCall } from '../http/readCalls.ts'

/** What Ollama calls our fields. */
export const paramNames = { thinking: 'think' } as const

/** Milliseconds as whole nanoseconds. */
export function nanoseconds(ms: number): number {
  return Math.max(0, Math.round(ms * 1e6))
}

/** Counts and durations of a finished answer; durations in nanoseconds. */
export function finalFields(
  usage: Usage,
  reason: FinishReason,
  { totalMs, loadMs }: { readonly totalMs: number; readonly loadMs: number },
): object {
  const { timings } = usage
  return {
    done: true,
    done_reason: reason === 'length' || reason === 'budget' ? 'length' : 'stop',
    total_duration: nanoseconds(totalMs),
    load_duration: nanoseconds(loadMs),
    prompt_eval_count: usage.promptTokens,
    prompt_eval_duration: nanoseconds(timings?.promptMs ?? 0),
    eval_count: usage.completionTokens,
    eval_duration: nanoseconds(timings?.generationMs ?? 0),
  }
}

/** Ollama gives a call's arguments as an object. */
export function wireToolCall({ id, name, input }: ReadCall): object {
  return { id, function: { name, arguments: input } }
}

/** Hex digits without the algorithm, as Ollama writes digests. */
export function bareDigest(digest: string | null): string {
  return digest?.replace(/^sha256:/, '') ?? ''
}

/** e.g. `134.5M` or `1.2B`. */
export function parameterSize(count: number | null): string {
  if (count === null) return ''
  if (count >= 1e9) return `${Number((count / 1e9).toFixed(1))}B`
  if (count >= 1e6) return `${Number((count / 1e6).toFixed(2))}M`
  return `${Math.round(count / 1e3)}K`
}
