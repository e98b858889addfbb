import type { FinishReason, TokenLogprob, Usage } from '../../engine/index.ts'

/** OpenAI's names for why an answer ended. A spent budget cuts an answer as a length does. */
export function finishReason(reason: FinishReason): 'stop' | 'length' | 'tool_calls' | 'content_filter' {
  switch (reason) {
    case 'stop':
      return 'stop'
    case 'length':
    case 'budget':
      return 'length'
    case 'tool-calls':
      return 'tool_calls'
    case 'blocked':
      return 'content_filter'
  }
}

export interface WireUsage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens: number
  readonly prompt_tokens_details: { readonly cached_tokens: number }
  readonly completion_tokens_details: {
    readonly reasoning_tokens: number
    readonly accepted_prediction_tokens: number
    readonly rejected_prediction_tokens: number
  }
}

/**
 * Sums the usage of several answers. With `samePrompt` they share one prompt, which counts once.
 */
export function wireUsage(usages: readonly Usage[], samePrompt: boolean): WireUsage {
  const sum = (of: (usage: Usage) => number): number => usages.reduce((total, usage) => total + of(usage), 0)
  const first = usages[0]
  const prompt = samePrompt ? (first?.promptTokens ?? 0) : sum((u) => u.promptTokens)
  const cached = samePrompt ? (first?.cachedTokens ?? 0) : sum((u) => u.cachedTokens)
  const completion = sum((u) => u.completionTokens)
  const accepted = sum((u) => u.acceptedTokens)
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached },
    completion_tokens_details: {
      reasoning_tokens: sum((u) => u.reasoningTokens),
      accepted_prediction_tokens: accepted,
      rejected_prediction_tokens: sum((u) => u.draftTokens) - accepted,
    },
  }
}

export interface WireLogprob {
  readonly token: string
  readonly logprob: number
  readonly bytes: readonly number[]
}

export function wireLogprobs(
  tokens: readonly TokenLogprob[],
): (WireLogprob & { readonly top_logprobs: WireLogprob[] })[] {
  const plain = ({ token, logprob, bytes }: WireLogprob): WireLogprob => ({ token, logprob, bytes })
  return tokens.map((t) => ({ ...plain(t), top_logprobs: t.top.map(plain) }))
}
