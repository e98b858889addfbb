/** Shortest and longest run of tokens that is looked up. */
const shortest = 2
const longest = 8

/**
 * Finds where the last tokens stood before, so that what followed there can be proposed. Each token is added once, in
 * O(1); while the text goes on as it did at the place found, no search is made at all.
 */
export class PromptLookup {
  readonly #tokens: number[] = []
  /** Per length of run: hash of the run → position after its latest occurrence. */
  readonly #index: Map<number, number>[] = [new Map(), new Map()]
  /** Where the text continues as it did before; −1: nowhere known. */
  #next = -1
  #matched = 0

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
    } else {
      this.#next = -1
      this.#matched = 0
      this.#search()
    }
    this.#remember()
  }

  #search(): void {
    const end = this.#tokens.length
    for (const length of [longest, shortest]) {
      if (end < length) continue
      const at = this.#indexOf(length).get(this.#hash(end - length, length))
      if (at === undefined) continue
      let matched = 0
      while (matched < at && this.#tokens[at - 1 - matched] === this.#tokens[end - 1 - matched]) matched++
      if (matched < length) continue
      this.#next = at
      this.#matched = matched
      return
    }
  }

  // After the search: a run must not find itself.
  #remember(): void {
    const end = this.#tokens.length
    for (const length of [longest, shortest]) {
      if (end >= length) this.#indexOf(length).set(this.#hash(end - length, length), end)
    }
  }

  #indexOf(length: number): Map<number, number> {
    return this.#index[length === longest ? 0 : 1] as Map<number, number>
  }

  /** FNV-1a over the tokens' 32 bits. Collisions are found out by comparing. */
  #hash(from: number, length: number): number {
    let hash = 0x811c9dc5
    for (let i = from; i < from + length; i++) hash = Math.imul(hash ^ (this.#tokens[i] as number), 0x01000193)
    return hash >>> 0
  }
}
