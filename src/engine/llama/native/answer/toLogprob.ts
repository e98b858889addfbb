import type { TokenLogprob } from '../../../contract.ts'
import type { Vocabulary } from '../model/Vocabulary.ts'
import type { TokenScore } from '../sampling/logprobs.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Scores by token id as the contract's log-probabilities, with texts and bytes. */
export function toLogprob(vocabulary: Vocabulary, score: TokenScore): TokenLogprob {
  const describe = ({ tokenId, logprob }: { tokenId: number; logprob: number }) => {
    const bytes = vocabulary.bytes(tokenId, true)
    return { token: decoder.decode(bytes), tokenId, bytes: Array.from(bytes), logprob }
  }
  return { ...describe(score), top: score.top.map(describe) }
}
