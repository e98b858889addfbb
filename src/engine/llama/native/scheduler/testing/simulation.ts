import type { SanjhaError } from '../../../../../core/index.ts'
import type { DecodeResult } from '../../model/NativeContext.ts'
import type { LaneContext } from '../LaneOptions.ts'
import type { Task } from '../Task.ts'

const vocabularySize = 16

/** What the simulated model writes after these tokens: any function that looks at all of them. */
const nextToken = (tokens: readonly number[]): number =>
  tokens.reduce((hash, token) => Math.imul(hash ^ (token + 1), 0x01000193) >>> 0, 0x811c9dc5) % vocabularySize

export function expectedText(prompt: readonly number[], count: number): number[] {
  const tokens = [...prompt]
  for (let i = 0; i < count; i++) tokens.push(nextToken(tokens))
  return tokens.slice(prompt.length)
}

/** A context whose memory is checked: a token may only be put right behind what its sequence holds. */
export class SimulatedContext implements LaneContext {
  readonly cells: number
  readonly capacity = 24
  readonly outputsMax = 12
  readonly memory: number[][]
  /** Results of the next decodes; then all are done. */
  faults: DecodeResult[] = []
  decodes = 0
  decodedNow = 0
  isDecoding = false
  saves = 0
  restores = 0
  failsToRestore = false
  largestBatch = 0
  readonly #canTrim: boolean
  #batch: { token: number; position: number; sequence: number; row: number }[] = []
  #rows: Float32Array[] = []
  #aborted = false

  constructor(cells: number, sequences: number, canTrim: boolean) {
    this.cells = cells
    this.memory = Array.from({ length: sequences }, () => [])
    this.#canTrim = canTrim
  }

  get size(): number {
    return this.#batch.length
  }

  clearBatch(): void {
    this.#batch = []
    this.#rows = []
  }

  add(token: number, position: number, sequence: number, output: boolean): number {
    if (this.#batch.length >= this.capacity) throw new Error('the batch is full')
    const row = output ? this.#batch.filter((each) => each.row >= 0).length : -1
    this.#batch.push({ token, position, sequence, row })
    if (row >= this.outputsMax) throw new Error('too many outputs')
    return row
  }

  async decode(): Promise<DecodeResult> {
    this.isDecoding = true
    this.decodes++
    this.largestBatch = Math.max(this.largestBatch, this.#batch.length)
    await new Promise((resolve) => setImmediate(resolve))
    this.isDecoding = false
    return this.#evaluate()
  }

  decodeNow(): DecodeResult {
    this.decodes++
    this.decodedNow++
    this.largestBatch = Math.max(this.largestBatch, this.#batch.length)
    return this.#evaluate()
  }

  #evaluate(): DecodeResult {
    const used = this.memory.reduce((sum, each) => sum + each.length, 0)
    let result = this.faults.shift() ?? 'done'
    if (this.#aborted) result = 'aborted'
    this.#aborted = false
    if (used + this.#batch.length > this.cells) result = 'full'
    if (result === 'full') return result
    // An aborted or failed batch may have got as far as half.
    const count = result === 'done' ? this.#batch.length : Math.floor(this.#batch.length / 2)
    for (const { token, position, sequence, row } of this.#batch.slice(0, count)) {
      const memory = this.memory[sequence] as number[]
      if (position !== memory.length) throw new Error(`position ${position} in a memory of ${memory.length}`)
      memory.push(token)
      if (row >= 0) {
        const logits = new Float32Array(vocabularySize)
        logits[nextToken(memory)] = 1
        this.#rows[row] = logits
      }
    }
    return result
  }

  abort(): void {
    if (this.isDecoding) this.#aborted = true
  }

  logits(row: number): Float32Array {
    return this.#rows[row] as Float32Array
  }

  trim(sequence: number, from: number): boolean {
    if (this.isDecoding) throw new Error('touched while decoding')
    const memory = this.memory[sequence] as number[]
    if (from > 0 && from < memory.length && !this.#canTrim) return false
    memory.length = Math.min(memory.length, from)
    return true
  }

  share(source: number, target: number, length: number): void {
    if (this.isDecoding) throw new Error('touched while decoding')
    if ((this.memory[target] as number[]).length > 0) throw new Error('the target is not empty')
    this.memory[target] = (this.memory[source] as number[]).slice(0, length)
  }

  save(sequence: number): Uint8Array {
    if (this.isDecoding) throw new Error('touched while decoding')
    this.saves++
    return Uint8Array.from(this.memory[sequence] as number[])
  }

  restore(sequence: number, data: Uint8Array): boolean {
    if (this.isDecoding) throw new Error('touched while decoding')
    if ((this.memory[sequence] as number[]).length > 0) throw new Error('the target is not empty')
    if (this.failsToRestore || this.memory.flat().length + data.length > this.cells) return false
    this.restores++
    this.memory[sequence] = [...data]
    return true
  }

  setThreads(): void {}
  free(): void {}
}

/** Writes what the model says, and drafts: right tokens, wrong ones, or some of each. */
export class WritingTask implements Task {
  readonly tokens: number[]
  cached = 0
  readonly cachePrompt: boolean
  readonly isExact: boolean
  readonly end: Promise<'finished' | 'full' | SanjhaError>
  readonly #promptLength: number
  readonly #count: number
  readonly #draft: number
  #resolve: (how: 'finished' | 'full' | SanjhaError) => void = () => undefined

  constructor(prompt: readonly number[], count: number, draft: number, isExact = false, cachePrompt = true) {
    this.cachePrompt = cachePrompt
    this.tokens = [...prompt]
    this.#promptLength = prompt.length
    this.#count = count
    this.#draft = draft
    this.isExact = isExact
    this.end = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  get written(): number[] {
    return this.tokens.slice(this.#promptLength)
  }
  get reusable(): number {
    return this.tokens.length - 1
  }
  get room(): number {
    return this.#promptLength + this.#count
  }
  wants(position: number): boolean {
    return position === this.tokens.length - 1
  }
  take(_position: number, logits: Float32Array): boolean {
    this.tokens.push(logits.indexOf(1))
    return this.written.length < this.#count
  }
  propose(limit: number): readonly number[] {
    const tokens = [...this.tokens]
    for (let i = 0; i < Math.min(limit, this.#draft); i++) {
      tokens.push((nextToken(tokens) + (i === 2 ? 1 : 0)) % vocabularySize)
    }
    return tokens.slice(this.tokens.length)
  }
  started(cached: number): void {
    this.cached = cached
  }
  evaluated(): void {}
  drafted(): void {}
  finished(): void {
    this.#resolve('finished')
  }
  full(): void {
    this.#resolve('full')
  }
  failed(error: SanjhaError): void {
    this.#resolve(error)
  }
}
