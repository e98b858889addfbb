/** Index of the largest value; the first of equals. */
export function argmax(values: Float32Array): number {
  let best = 0
  let largest = values[0] as number
  for (let index = 1; index < values.length; index++) {
    const value = values[index] as number
    if (value > largest) {
      largest = value
      best = index
    }
  }
  return best
}

export interface TokenScore {
  readonly tokenId: number
  readonly logprob: number
  readonly top: readonly { readonly tokenId: number; readonly logprob: number }[]
}

/**
 * The natural logarithm of a token's probability, and of the `count` most probable ones, most probable first (equal ones
 * by token id).
 *
 * log p_i = x_i − m − log Σ_j exp(x_j − m) with m = max x, summed in double precision.
 */
export function scoreToken(logits: Float32Array, tokenId: number, count: number): TokenScore {
  const max = logits[argmax(logits)] as number
  let sum = 0
  for (let index = 0; index < logits.length; index++) sum += Math.exp((logits[index] as number) - max)
  const shift = max + Math.log(sum)
  // A probability is at most 1; the last bit of the sum must not say otherwise.
  const logprob = (index: number): number => Math.min(0, (logits[index] as number) - shift)
  return {
    tokenId,
    logprob: logprob(tokenId),
    top: largest(logits, count).map((id) => ({ tokenId: id, logprob: logprob(id) })),
  }
}

/** Indices of the `count` largest values, largest first, equal ones in order of index. */
export function largest(values: Float32Array, count: number): number[] {
  const best: number[] = []
  if (count <= 0) return best
  let threshold = Number.NEGATIVE_INFINITY
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number
    if (best.length === count && value <= threshold) continue
    let at = best.length
    while (at > 0 && (values[best[at - 1] as number] as number) < value) at--
    best.splice(at, 0, index)
    if (best.length > count) best.pop()
    threshold = values[best.at(-1) as number] as number
  }
  return best
}
