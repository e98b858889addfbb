import koffi from 'koffi'
import type { NativeApi, Pointer } from '../bindings/nativeApi.ts'

/** One `llama_token_data_array` in native memory, reused for every token that a native sampler looks at. */
export class Candidates {
  readonly pointer: Pointer
  readonly #items: Pointer
  readonly #ids: Int32Array
  readonly #logits: Float32Array
  readonly #head: DataView
  readonly #itemSize: number
  readonly #offsets: {
    readonly data: number
    readonly size: number
    readonly selected: number
    readonly sorted: number
  }

  constructor(api: NativeApi, vocabularySize: number) {
    const { llama_token_data: item, llama_token_data_array: list } = api.types
    this.#items = koffi.alloc(item, vocabularySize) as Pointer
    this.#itemSize = koffi.sizeof(item)
    const memory = koffi.view(this.#items, vocabularySize * this.#itemSize)
    // Three words each: id, logit, p.
    this.#ids = new Int32Array(memory)
    this.#logits = new Float32Array(memory)
    this.pointer = koffi.alloc(list, 1) as Pointer
    this.#head = new DataView(koffi.view(this.pointer, koffi.sizeof(list)))
    const at = (field: string): number => koffi.offsetof(list, field)
    this.#offsets = { data: at('data'), size: at('size'), selected: at('selected'), sorted: at('sorted') }
  }

  /** All tokens with these logits. */
  fill(logits: Float32Array): void {
    for (let id = 0, word = 0; id < logits.length; id++, word += 3) {
      this.#ids[word] = id
      this.#logits[word + 1] = logits[id] as number
      this.#logits[word + 2] = 0
    }
    this.#reset(logits.length)
  }

  /** Only these tokens, with their logits. */
  fillSome(tokens: Iterable<number>, logits: Float32Array): void {
    let count = 0
    for (const id of tokens) {
      this.#ids[count * 3] = id
      this.#logits[count * 3 + 1] = logits[id] as number
      this.#logits[count * 3 + 2] = 0
      count++
    }
    this.#reset(count)
  }

  /** Just one token. */
  fillOne(token: number, logit: number): void {
    this.#ids[0] = token
    this.#logits[1] = logit
    this.#logits[2] = 0
    this.#reset(1)
  }

  #reset(size: number): void {
    this.#head.setBigUint64(this.#offsets.data, this.#items as bigint, true)
    this.#head.setBigUint64(this.#offsets.size, BigInt(size), true)
    this.#head.setBigInt64(this.#offsets.selected, -1n, true)
    this.#head.setUint8(this.#offsets.sorted, 0)
  }

  get #size(): number {
    return Number(this.#head.getBigUint64(this.#offsets.size, true))
  }

  /** Where the words of a candidate begin. XTC takes the first ones away by moving the beginning of the list. */
  #at(index: number): number {
    const moved = this.#head.getBigUint64(this.#offsets.data, true) - (this.#items as bigint)
    return (Number(moved) / this.#itemSize + index) * 3
  }

  /** The logit of the first candidate after a sampler was applied. */
  get firstLogit(): number {
    return this.#logits[this.#at(0) + 1] as number
  }

  /** Whether a sampler has banned them all. */
  get areAllBanned(): boolean {
    return this.bestThat(() => true) === undefined
  }

  /** The candidate with the largest logit. */
  get best(): number {
    return this.bestThat(() => true) ?? (this.#ids[this.#at(0)] as number)
  }

  /** The candidate with the largest logit among those that fit and are not banned; undefined when there is none. */
  bestThat(fits: (token: number) => boolean): number | undefined {
    const first = this.#at(0)
    const end = this.#at(this.#size)
    let best: number | undefined
    let highest = Number.NEGATIVE_INFINITY
    for (let word = first; word < end; word += 3) {
      const logit = this.#logits[word + 1] as number
      // Asked about few: only those that lead.
      if (logit <= highest || !fits(this.#ids[word] as number)) continue
      highest = logit
      best = this.#ids[word] as number
    }
    return best
  }

  /** The token that the last sampler chose. */
  get selected(): number {
    const index = Number(this.#head.getBigInt64(this.#offsets.selected, true))
    return index < 0 ? this.best : (this.#ids[this.#at(index)] as number)
  }

  free(): void {
    koffi.free(this.#items)
    koffi.free(this.pointer)
  }
}
