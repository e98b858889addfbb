import type { NativeContext } from '../model/NativeContext.ts'
import { commonPrefix, type Slot } from './Slot.ts'

export interface ShelfOptions {
  readonly context: Pick<NativeContext, 'save' | 'restore'>
  /** Tokens in all. */
  readonly capacity: number
  /** With fewer idle tokens nobody is slowed down noticeably. Default 256. */
  readonly worthwhile?: number
  /** False where only a whole sequence can be gone on from. */
  readonly canTrim: boolean
}

interface Item {
  readonly cells: readonly number[]
  readonly data: Uint8Array
}

export interface ShelfFind {
  readonly item: Item
  /** How many of its leading tokens can be used. */
  readonly length: number
}

/**
 * Keeps what idle sequences have evaluated outside of the context, and gives it back when a prompt begins with it.
 *
 * All sequences share the cells of a context, and attention passes over each used cell, whoever owns it: 500 cells of
 * idle sequences cost a small model 5 % of its speed, 3,000 cost 20 % (measured). Copying a token there and back costs
 * some ten microseconds, once.
 */
export class Shelf {
  readonly #options: ShelfOptions
  /** Used last comes last. */
  #items: Item[] = []

  constructor(options: ShelfOptions) {
    this.#options = options
  }

  /** Those of the idle slots that are to be put here, so that others are faster: all or none. */
  candidates(slots: readonly Slot[]): Slot[] {
    const { capacity, worthwhile = 256 } = this.#options
    if (capacity === 0) return []
    const idle = slots
      .filter((slot) => slot.task === undefined && slot.cells.length > 0)
      .sort((one, other) => one.usedAt - other.usedAt)
    return idle.reduce((sum, slot) => sum + slot.cells.length, 0) < worthwhile ? [] : idle
  }

  /** Copies what the slot holds. Those that were used longest ago make room. False: it is not here. */
  put(slot: Slot): boolean {
    const { context, capacity, canTrim } = this.#options
    const cells = [...slot.cells]
    if (cells.length === 0 || slot.isSecret || cells.length > capacity) return false
    // What is a beginning of it has nothing to add, and nothing is added by what begins another.
    const longer = this.#items.find((item) => commonPrefix(item.cells, cells) === cells.length)
    if (longer !== undefined && (canTrim || longer.cells.length === cells.length)) {
      this.#touch(longer)
      return true
    }
    const data = context.save(slot.sequence)
    if (data === undefined) return false
    const others = this.#items.filter((item) => commonPrefix(item.cells, cells) < item.cells.length)
    while (sizeOf(others) + cells.length > capacity) others.shift()
    this.#items = [...others, { cells, data }]
    return true
  }

  get tokens(): number {
    return sizeOf(this.#items)
  }

  /** The longest beginning of these tokens, `reusable` of them at most. */
  find(tokens: readonly number[], reusable: number): ShelfFind | undefined {
    let best: ShelfFind | undefined
    for (const item of this.#items) {
      const length = Math.min(commonPrefix(item.cells, tokens), reusable)
      const isUsable = length > 0 && (this.#options.canTrim || length === item.cells.length)
      if (isUsable && length > (best?.length ?? 0)) best = { item, length }
    }
    return best
  }

  /** Copies an item into the slot, whose sequence must be empty. False when that failed; the item is then gone. */
  restore({ item }: ShelfFind, slot: Slot): boolean {
    if (!this.#options.context.restore(slot.sequence, item.data)) {
      this.#items = this.#items.filter((each) => each !== item)
      return false
    }
    slot.cells = [...item.cells]
    this.#touch(item)
    return true
  }

  #touch(item: Item): void {
    // It may have had to make room since it was found.
    if (this.#items.includes(item)) this.#items = [...this.#items.filter((each) => each !== item), item]
  }
}

const sizeOf = (items: readonly Item[]): number => items.reduce((sum, item) => sum + item.cells.length, 0)
