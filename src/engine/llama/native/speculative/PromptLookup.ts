/** Runs of tokens that are looked up, the longest first. */
const lengths = [8, 4, 2] as const
/** Where a match of so many tokens breaks off, the text may go on a little further along: a word was changed. */
const leastLost = 4
const reach = 8
const patience = 12

/**
 * Finds where the last tokens stood before, so that what followed there can be proposed. Each token is added once;
 * while the text goes on as it did at the place found, no search is made at all. Where it left that place, the next
 * tokens after it are looked at first: most texts that are edited go on there.
 */
export class PromptLookup {
  readonly #tokens: number[] = []
  /** Per length of run: hash of the run → position after its latest occurrence. */
  readonly #index: readonly Map<number, number>[] = lengths.map(() => new Map())
  /** Where the text continues as it did before; −1: nowhere known. */
  #next = -1
  #matched = 0
  /** Where a long match broke off, and how many tokens were not foreseen since; −1: nowhere, or too many. */
  #lost = -1
  #sinceLost = 0

  /** How many of the last tokens stand before the place found, equal to those before the end. 0: none found. */
  get matched(): number {
    return this.#matched
  }

  get length(): number {
    return this.#tokens.length
  }

  /** The token proposed next, or −1. */
  get proposed(): number {
    return this.#next < 0 ? -1 : (this.#tokens[this.#next] ?? -1)
  }

  /** Up to `count` tokens that followed at the place found. It may run into the end and repeat from there. */
  propose(count: number): number[] {
    if (this.#next < 0) return []
    const result: number[] = []
    const period = this.#tokens.length - this.#next
    for (let i = 0; i < count; i++) result.push(this.#tokens[this.#next + (i % period)] as number)
    return result
  }

  add(token: number): void {
    const holds = this.#next >= 0 && this.#tokens[this.#next] === token
    this.#tokens.push(token)
    if (holds) {
      this.#next++
      this.#matched++
      if (this.#matched >= leastLost) this.#lost = -1
    } else {
      if (this.#matched >= leastLost) {
        this.#lost = this.#next
        this.#sinceLost = 0
      }
      this.#next = -1
      this.#matched = 0
      this.#search()
      if (this.#matched < leastLost) this.#resume(token)
    }
    this.#remember()
  }

  #search(): void {
    const end = this.#tokens.length
    for (const [i, length] of lengths.entries()) {
      if (end < length) continue
      const at = this.#index[i]?.get(this.#hash(end - length, length))
      if (at === undefined) continue
      const matched = this.#suffix(at)
      if (matched < length) continue
      this.#next = at
      this.#matched = matched
      return
    }
  }

  /** Goes on a little after the place where the last long match broke off, if this token stands there. */
  #resume(token: number): void {
    if (this.#lost < 0) return
    if (++this.#sinceLost > patience) {
      this.#lost = -1
      return
    }
    const end = Math.min(this.#lost + reach, this.#tokens.length - 2)
    for (let at = this.#lost; at <= end; at++) {
      if (this.#tokens[at] !== token) continue
      const matched = this.#suffix(at + 1)
      if (matched < this.#matched) return
      this.#next = at + 1
      this.#matched = matched
      return
    }
  }

  /** How many tokens before this place equal those before the end. */
  #suffix(at: number): number {
    const end = this.#tokens.length
    let matched = 0
    while (matched < at && this.#tokens[at - 1 - matched] === this.#tokens[end - 1 - matched]) matched++
    return matched
  }

  // After the search: a run must not find itself.
  #remember(): void {
    const end = this.#tokens.length
    for (const [i, length] of lengths.entries()) {
      if (end >= length) this.#index[i]?.set(this.#hash(end - length, length), end)
    }
  }

  /** FNV-1a over the tokens' 32 bits. Collisions are found out by comparing. */
  #hash(from: number, length: number): number {
    let hash = 0x811c9dc5
    for (let i = from; i < from + length; i++) hash = Math.imul(hash ^ (this.#tokens[i] as number), 0x01000193)
    return hash >>> 0
  }
}
