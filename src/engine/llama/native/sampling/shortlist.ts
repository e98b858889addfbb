const blockLength = 64

/**
 * Indices of at least the `count` largest values, and of all that equal them: what a top-k step could keep, found at the
 * cost of one look at each value. Undefined when the list would be no short one.
 *
 * The `count`-th largest of the blocks' maxima is a bound that at least `count` values reach; only blocks that reach it
 * are looked at again.
 */
export function shortlist(values: Float32Array, count: number): number[] | undefined {
  const blocks = Math.ceil(values.length / blockLength)
  if (count < 1 || count * 4 > blocks) return undefined
  const maxima = new Float32Array(blocks)
  for (let block = 0; block < blocks; block++) {
    const end = Math.min(values.length, (block + 1) * blockLength)
    let max = Number.NEGATIVE_INFINITY
    for (let index = block * blockLength; index < end; index++) {
      const value = values[index] as number
      if (value > max) max = value
    }
    maxima[block] = max
  }
  const bound = maxima.slice().sort()[blocks - count] as number
  if (bound === Number.NEGATIVE_INFINITY) return undefined
  const indices: number[] = []
  for (let block = 0; block < blocks; block++) {
    if ((maxima[block] as number) < bound) continue
    const end = Math.min(values.length, (block + 1) * blockLength)
    for (let index = block * blockLength; index < end; index++) {
      if ((values[index] as number) >= bound) indices.push(index)
    }
  }
  return indices
}
