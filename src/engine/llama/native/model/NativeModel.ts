import { existsSync } from 'node:fs'
import { SanjhaError } from '../../../../core/index.ts'
import { isGpu } from '../bindings/devices.ts'
import type { NativeApi, Pointer } from '../bindings/nativeApi.ts'
import { chooseLoadMode, loadModes } from './chooseLoadMode.ts'
import { Vocabulary } from './Vocabulary.ts'

export interface ModelLoadOptions {
  readonly path: string
  readonly parts?: readonly string[]
  readonly gpuLayers?: number | 'auto'
}

/** A loaded model: weights, vocabulary and facts. */
export class NativeModel {
  readonly pointer: Pointer
  readonly vocabulary: Vocabulary
  readonly architecture: string
  readonly name: string | undefined
  /** The length it was trained for, in tokens. */
  readonly trainedContext: number
  readonly embeddingLength: number
  readonly weightsBytes: number
  readonly template: string | null
  /** Its memory is a running state: nothing can be taken back from it. */
  readonly isRecurrent: boolean
  readonly hasDecoder: boolean
  readonly hasEncoder: boolean
  /** Its attention looks both ways: it embeds and does not generate. */
  readonly isBidirectional: boolean
  /** `enum llama_pooling_type` from the file; −1 when it says nothing. */
  readonly pooling: number
  readonly #api: NativeApi
  #isFreed = false

  constructor(api: NativeApi, pointer: Pointer) {
    this.#api = api
    this.pointer = pointer
    this.vocabulary = new Vocabulary(api, api.modelVocab(pointer))
    this.architecture = this.meta('general.architecture') ?? 'unknown'
    this.name = this.meta('general.name')
    this.trainedContext = Math.max(1, api.modelNCtxTrain(pointer))
    this.embeddingLength = api.modelNEmbdOut(pointer)
    this.weightsBytes = api.modelSize(pointer)
    this.template = api.modelChatTemplate(pointer)
    this.isRecurrent = api.modelIsRecurrent(pointer) || api.modelIsHybrid(pointer)
    this.hasDecoder = api.modelHasDecoder(pointer)
    this.hasEncoder = api.modelHasEncoder(pointer)
    this.isBidirectional = this.meta(`${this.architecture}.attention.causal`) === 'false'
    this.pooling = Number(this.meta(`${this.architecture}.pooling_type`) ?? -1)
  }

  meta(key: string): string | undefined {
    return this.#api.modelMetaValue(this.pointer, key)
  }

  /** Bytes that one token of context takes with 16-bit keys and values; an upper bound where the header says little. */
  get contextBytesPerToken(): number {
    const { pointer } = this
    const layers = this.#api.modelNLayer(pointer)
    const heads = Math.max(1, this.#api.modelNHead(pointer))
    const headsKv = Math.max(1, this.#api.modelNHeadKv(pointer))
    const head = this.#api.modelNEmbd(pointer) / heads
    const size = (which: string): number => Number(this.meta(`${this.architecture}.attention.${which}_length`) ?? head)
    return 2 * layers * headsKv * (size('key') + size('value'))
  }

  free(): void {
    if (this.#isFreed) return
    this.#isFreed = true
    this.#api.modelFree(this.pointer)
  }
}

/** Loads a model: maps its file, or reads it into memory where that is faster. Errors: `not_found`, `invalid_file`. */
export async function loadModel(api: NativeApi, options: ModelLoadOptions): Promise<NativeModel> {
  const paths = options.parts?.length ? options.parts : [options.path]
  for (const path of paths) {
    if (!existsSync(path)) throw new SanjhaError('not_found', `There is no model file at ${path}.`)
  }
  const { gpuLayers = 'auto' } = options
  const mode = chooseLoadMode(paths, gpuLayers !== 0 && api.libraries.devices.some(isGpu))
  const load = (): Promise<Pointer> => {
    const params = {
      ...api.modelDefaultParams(),
      n_gpu_layers: gpuLayers === 'auto' ? -1 : gpuLayers,
      load_mode: loadModes[mode],
    }
    return paths.length === 1
      ? api.modelLoadFromFile(paths[0] as string, params)
      : api.modelLoadFromSplits(paths, params)
  }
  api.setNativeLog(false)
  let pointer = await load()
  if (pointer === null) {
    // Once more with llama.cpp's own messages, so that the log says why.
    api.setNativeLog(true)
    pointer = await load()
    api.setNativeLog(false)
  }
  if (pointer === null) {
    throw new SanjhaError('invalid_file', `llama.cpp cannot load ${paths[0]}.`, {
      hint: 'Its log (`sanjha logs`) says why: the file may be damaged, or of an architecture that this version does not know.',
      details: { file: paths[0] },
    })
  }
  return new NativeModel(api, pointer)
}
