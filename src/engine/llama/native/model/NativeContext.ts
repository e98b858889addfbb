import koffi from 'koffi'
import { SanjhaError } from '../../../../core/index.ts'
import { type AbortSwitch, createAbortSwitch } from '../bindings/abortSwitch.ts'
import type { NativeApi, Pointer, StructValue } from '../bindings/nativeApi.ts'
import type { ThreadPool } from '../bindings/threadPool.ts'
import type { NativeModel } from './NativeModel.ts'

/** `enum ggml_type`, the kinds that keys and values may have. */
export const kvTypes = { f16: 1, q8_0: 8, q4_0: 2, bf16: 30 } as const

export interface ContextOptions {
  /** Cells of keys and values, shared by all sequences. */
  readonly cells: number
  readonly sequences: number
  /** Tokens in one decode at most. */
  readonly batch: number
  /** Positions of one decode whose logits may be asked for; llama.cpp aborts unless there are as many as sequences. */
  readonly outputs: number
  readonly threads: number
  readonly typeK: keyof typeof kvTypes
  readonly typeV: keyof typeof kvTypes
  /** `enum llama_pooling_type`: makes a context for embeddings. */
  readonly pooling?: number
}

/** What all contexts of an engine have in common. */
export interface ContextExtras {
  readonly adapters?: readonly { readonly pointer: Pointer; readonly scale: number }[]
  readonly pool?: ThreadPool | undefined
}

export type DecodeResult = 'done' | 'full' | 'aborted' | 'failed'

/** A llama.cpp context with one batch that is filled token by token and decoded. */
export class NativeContext {
  readonly pointer: Pointer
  readonly memory: Pointer
  readonly cells: number
  readonly capacity: number
  readonly outputsMax: number
  readonly #api: NativeApi
  readonly #batch: StructValue
  readonly #abort: AbortSwitch
  readonly #token: Int32Array
  readonly #position: Int32Array
  readonly #sequenceCount: Int32Array
  readonly #sequence: Int32Array[]
  readonly #output: Int8Array
  readonly #vocabularySize: number
  #size = 0
  #outputs = 0
  #logits: { readonly at: Pointer; readonly values: Float32Array } | undefined
  #threads: readonly [number, number]
  #isRunning = false
  #isFreed = false

  constructor(api: NativeApi, model: NativeModel, pointer: Pointer, options: ContextOptions) {
    this.#api = api
    this.pointer = pointer
    this.memory = api.getMemory(pointer)
    this.cells = api.nCtx(pointer)
    this.capacity = options.batch
    this.outputsMax = options.outputs
    this.#vocabularySize = model.vocabulary.size
    this.#threads = [options.threads, options.threads]
    this.#batch = api.batchInit(options.batch, 1)
    const view = (field: string, bytes: number): ArrayBuffer =>
      koffi.view(this.#batch[field] as bigint, options.batch * bytes)
    this.#token = new Int32Array(view('token', 4))
    this.#position = new Int32Array(view('pos', 4))
    this.#sequenceCount = new Int32Array(view('n_seq_id', 4))
    this.#output = new Int8Array(view('logits', 1))
    this.#sequence = Array.from(
      new BigUint64Array(view('seq_id', 8)),
      (address) => new Int32Array(koffi.view(address, 4)),
    )
    this.#abort = createAbortSwitch(api)
    api.setAbortCallback(pointer, this.#abort.callback, this.#abort.data)
  }

  get size(): number {
    return this.#size
  }

  clearBatch(): void {
    this.#size = 0
    this.#outputs = 0
  }

  /** Adds a token. Returns its output's row, or −1 without output. Throws when the batch is full: a defect. */
  add(token: number, position: number, sequence: number, output: boolean): number {
    const at = this.#size
    if (at >= this.capacity || token < 0 || token >= this.#vocabularySize || position < 0 || position >= this.cells) {
      throw new SanjhaError(
        'internal',
        `A token cannot be decoded (token ${token}, position ${position}, number ${at}).`,
      )
    }
    this.#token[at] = token
    this.#position[at] = position
    this.#sequenceCount[at] = 1
    ;(this.#sequence[at] as Int32Array)[0] = sequence
    this.#output[at] = output ? 1 : 0
    this.#size = at + 1
    return output ? this.#outputs++ : -1
  }

  /** Decodes the batch on another thread. */
  async decode(): Promise<DecodeResult> {
    this.#isRunning = true
    const code = await this.#api.decode(this.pointer, { ...this.#batch, n_tokens: this.#size })
    this.#isRunning = false
    this.#abort.set(false)
    return this.#decoded(code)
  }

  /** Decodes the batch on this thread: nothing else happens meanwhile, and it cannot be aborted. */
  decodeNow(): DecodeResult {
    return this.#decoded(this.#api.decodeSync(this.pointer, { ...this.#batch, n_tokens: this.#size }))
  }

  #decoded(code: number): DecodeResult {
    if (code === 0) this.#readLogits()
    return code === 0 ? 'done' : code === 1 ? 'full' : code === 2 ? 'aborted' : 'failed'
  }

  /** Encodes the batch: for models without a decoder. */
  async encode(): Promise<DecodeResult> {
    this.#isRunning = true
    const code = await this.#api.encode(this.pointer, { ...this.#batch, n_tokens: this.#size })
    this.#isRunning = false
    this.#abort.set(false)
    return code === 0 ? 'done' : code === 2 ? 'aborted' : 'failed'
  }

  /** Ends the decode that runs; it then gives `aborted`. Nothing happens when none runs. */
  abort(): void {
    if (this.#isRunning) this.#abort.set(true)
  }

  #readLogits(): void {
    if (this.#outputs === 0) return
    const at = this.#api.getLogits(this.pointer)
    if (at === null) return
    const length = this.#outputs * this.#vocabularySize
    if (this.#logits?.at !== at || this.#logits.values.length < length) {
      this.#logits = { at, values: new Float32Array(koffi.view(at, length * 4)) }
    }
  }

  /** The logits of an output, as they are in native memory: valid until the next decode. Length: the vocabulary's size. */
  logits(row: number): Float32Array {
    const values = this.#logits?.values
    if (values === undefined) throw new SanjhaError('internal', 'There are no logits.')
    return values.subarray(row * this.#vocabularySize, (row + 1) * this.#vocabularySize)
  }

  /** Removes `sequence` from `from` on. False when this memory cannot forget a part. */
  trim(sequence: number, from: number): boolean {
    // An encoder has no memory to forget.
    if (this.memory === null) return true
    return this.#api.memorySeqRm(this.memory, sequence, from === 0 ? -1 : from, -1)
  }

  /** Makes the first `length` positions of `source` also those of `target`, which must be empty. */
  share(source: number, target: number, length: number): void {
    if (this.memory !== null) this.#api.memorySeqCp(this.memory, source, target, 0, length)
  }

  /** A copy of what a sequence holds, for `restore`. Undefined when it cannot be had. Not while a decode runs. */
  save(sequence: number): Uint8Array | undefined {
    const size = this.#api.stateSeqGetSize(this.pointer, sequence)
    if (size === 0) return undefined
    try {
      const data = Buffer.allocUnsafeSlow(size)
      return this.#api.stateSeqGetData(this.pointer, data, sequence) === size ? data : undefined
    } catch {
      // No memory for a copy.
      return undefined
    }
  }

  /** Puts what `save` gave into an empty sequence of this context. False when there is no room; it is empty then. */
  restore(sequence: number, data: Uint8Array): boolean {
    if (this.#api.stateSeqSetData(this.pointer, data, sequence) === data.length) return true
    this.trim(sequence, 0)
    return false
  }

  setThreads(generation: number, prompt: number): void {
    if (this.#threads[0] === generation && this.#threads[1] === prompt) return
    this.#threads = [generation, prompt]
    this.#api.setThreads(this.pointer, generation, prompt)
  }

  /** The pooled vector of a sequence, or null when the context does not pool. Copied. */
  pooled(sequence: number, length: number): Float32Array | null {
    const at = this.#api.getEmbeddingsSeq(this.pointer, sequence)
    return at === null ? null : new Float32Array(koffi.view(at, length * 4)).slice()
  }

  /** The vector of one token of the batch. Copied. */
  tokenVector(index: number, length: number): Float32Array | null {
    const at = this.#api.getEmbeddingsIth(this.pointer, index)
    return at === null ? null : new Float32Array(koffi.view(at, length * 4)).slice()
  }

  /** Must not be called while a decode runs. */
  free(): void {
    if (this.#isFreed) return
    this.#isFreed = true
    this.#api.batchFree(this.#batch)
    this.#api.free(this.pointer)
    this.#abort.free()
  }
}

/** Errors: `insufficient_memory` when the context cannot be allocated. */
export async function createContext(
  api: NativeApi,
  model: NativeModel,
  options: ContextOptions,
  extras: ContextExtras = {},
): Promise<NativeContext> {
  const { adapters = [], pool } = extras
  const isEmbedding = options.pooling !== undefined
  const params: StructValue = {
    ...api.contextDefaultParams(),
    n_ctx: options.cells,
    n_batch: options.batch,
    n_ubatch: options.batch,
    n_seq_max: options.sequences,
    n_outputs_max: isEmbedding ? options.batch : Math.max(options.outputs, options.sequences),
    n_threads: options.threads,
    n_threads_batch: options.threads,
    flash_attn_type: model.isBidirectional || options.typeV === 'f16' ? -1 : 1,
    type_k: kvTypes[options.typeK],
    type_v: kvTypes[options.typeV],
    kv_unified: true,
    swa_full: true,
    no_perf: true,
    ...(isEmbedding && { embeddings: true, pooling_type: options.pooling as number }),
  }
  let pointer = await api.initFromModel(model.pointer, params)
  if (pointer === null) {
    api.setNativeLog(true)
    pointer = await api.initFromModel(model.pointer, params)
    api.setNativeLog(false)
  }
  if (pointer === null) {
    throw new SanjhaError('insufficient_memory', `A context of ${options.cells} tokens cannot be made.`, {
      hint: 'Choose a shorter context, or free memory. The engine’s log (`sanjha logs`) has the details.',
    })
  }
  if (adapters.length > 0) {
    const code = api.setAdaptersLora(
      pointer,
      adapters.map((a) => a.pointer),
      adapters.map((a) => a.scale),
    )
    if (code !== 0) {
      api.free(pointer)
      throw new SanjhaError('invalid_file', 'The adapters cannot be applied to this model.')
    }
  }
  pool?.attach(pointer)
  return new NativeContext(api, model, pointer, options)
}
