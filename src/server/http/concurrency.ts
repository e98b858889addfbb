/**
 * Of the answers that one request asks for, so many are worked on at once. More would not be faster, and a request for
 * a thousand answers would leave no place for anybody else.
 */
export const answersAtOnce = 8

/**
 * Merges several streams into one, each item with the number of its stream, as they come. At most `limit` streams are
 * read at once; the next one begins when one has ended. When one fails, the others are ended.
 */
export async function* merge<T>(
  streams: readonly AsyncIterable<T>[],
  limit: number = answersAtOnce,
): AsyncIterable<{ index: number; item: T }> {
  const iterators = streams.map((s) => s[Symbol.asyncIterator]())
  const step = (index: number): Promise<{ index: number; result: IteratorResult<T> }> =>
    iterators[index]!.next().then((result) => ({ index, result }))
  const waiting = new Map<number, ReturnType<typeof step>>()
  let begun = 0
  const begin = (): void => {
    while (waiting.size < limit && begun < iterators.length) waiting.set(begun, step(begun++))
  }
  begin()
  try {
    while (waiting.size > 0) {
      const { index, result } = await Promise.race(waiting.values())
      // To the end of the line, so that a fast stream does not starve the others.
      waiting.delete(index)
      if (result.done) {
        begin()
        continue
      }
      waiting.set(index, step(index))
      yield { index, item: result.value }
    }
  } finally {
    for (const promise of waiting.values()) promise.catch(() => undefined)
    // Not awaited: a stream that never answers must not hold the others.
    for (const iterator of iterators.slice(0, begun)) void iterator.return?.()?.catch(() => undefined)
  }
}

/** `work` on every item, at most `limit` at once; the results in the order of the items. The first failure is thrown at once. */
export async function mapLimited<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
  limit: number = answersAtOnce,
): Promise<R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  let failed = false
  const worker = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const index = next++
      try {
        results[index] = await work(items[index]!, index)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  return results
}
