import koffi, { type LibraryHandle } from 'koffi'
import type { BackendName } from '../../backends/contract.ts'
import { harmlessCallback, loadLibraries, type NativeLibraries } from './libraries.ts'
import { createNativeTypes, type NativeTypes } from './nativeTypes.ts'

/** An address; koffi gives and takes them as BigInt. Null is C's NULL. */
export type Pointer = bigint | null

/** A struct by value, with the field names of `structs.ts`. */
export type StructValue = Record<string, number | bigint | boolean | null>

/** The part of llama.cpp's C API that the engine uses. Names without the prefix `llama_`. */
export interface NativeApi {
  readonly types: NativeTypes
  readonly libraries: NativeLibraries
  modelDefaultParams(): StructValue
  contextDefaultParams(): StructValue
  modelLoadFromFile(path: string, params: StructValue): Promise<Pointer>
  modelLoadFromSplits(paths: readonly string[], params: StructValue): Promise<Pointer>
  modelFree(model: Pointer): void
  initFromModel(model: Pointer, params: StructValue): Promise<Pointer>
  free(context: Pointer): void
  nCtx(context: Pointer): number
  nUbatch(context: Pointer): number
  getMemory(context: Pointer): Pointer
  contextPoolingType(context: Pointer): number
  modelVocab(model: Pointer): Pointer
  modelNCtxTrain(model: Pointer): number
  modelNEmbd(model: Pointer): number
  modelNEmbdOut(model: Pointer): number
  modelNLayer(model: Pointer): number
  modelNHead(model: Pointer): number
  modelNHeadKv(model: Pointer): number
  modelNSwa(model: Pointer): number
  modelNClsOut(model: Pointer): number
  modelMetaCount(model: Pointer): number
  modelMetaKey(model: Pointer, index: number): string
  modelMetaValue(model: Pointer, key: string): string | undefined
  modelDescription(model: Pointer): string
  modelSize(model: Pointer): number
  modelParameters(model: Pointer): number
  modelChatTemplate(model: Pointer): string | null
  modelHasEncoder(model: Pointer): boolean
  modelHasDecoder(model: Pointer): boolean
  modelIsRecurrent(model: Pointer): boolean
  modelIsHybrid(model: Pointer): boolean
  adapterLoraInit(model: Pointer, path: string): Pointer
  adapterLoraFree(adapter: Pointer): void
  setAdaptersLora(context: Pointer, adapters: readonly Pointer[], scales: readonly number[]): number
  memoryClear(memory: Pointer, data: boolean): void
  memorySeqRm(memory: Pointer, sequence: number, from: number, to: number): boolean
  memorySeqCp(memory: Pointer, source: number, target: number, from: number, to: number): void
  memorySeqPosMin(memory: Pointer, sequence: number): number
  memorySeqPosMax(memory: Pointer, sequence: number): number
  /** Bytes. */
  stateSeqGetSize(context: Pointer, sequence: number): number
  /** Bytes written; 0 when it failed. */
  stateSeqGetData(context: Pointer, into: Uint8Array, sequence: number): number
  /** Bytes read; 0 when it failed. */
  stateSeqSetData(context: Pointer, from: Uint8Array, sequence: number): number
  batchInit(tokens: number, sequencesPerToken: number): StructValue
  batchFree(batch: StructValue): void
  /** On a worker thread, so that the event loop stays alive. */
  decode(context: Pointer, batch: StructValue): Promise<number>
  decodeSync(context: Pointer, batch: StructValue): number
  encode(context: Pointer, batch: StructValue): Promise<number>
  setThreads(context: Pointer, generation: number, batch: number): void
  setEmbeddings(context: Pointer, on: boolean): void
  setCausalAttention(context: Pointer, on: boolean): void
  setAbortCallback(context: Pointer, callback: Pointer, data: Pointer): void
  synchronize(context: Pointer): void
  getLogits(context: Pointer): Pointer
  getLogitsIth(context: Pointer, index: number): Pointer
  getEmbeddingsIth(context: Pointer, index: number): Pointer
  getEmbeddingsSeq(context: Pointer, sequence: number): Pointer
  vocabTokens(vocab: Pointer): number
  vocabType(vocab: Pointer): number
  vocabIsEog(vocab: Pointer, token: number): boolean
  vocabIsControl(vocab: Pointer, token: number): boolean
  vocabAttributes(vocab: Pointer, token: number): number
  vocabText(vocab: Pointer, token: number): string
  vocabBos(vocab: Pointer): number
  vocabEos(vocab: Pointer): number
  vocabEot(vocab: Pointer): number
  vocabSep(vocab: Pointer): number
  vocabAddBos(vocab: Pointer): boolean
  vocabAddEos(vocab: Pointer): boolean
  vocabAddSep(vocab: Pointer): boolean
  vocabFimPre(vocab: Pointer): number
  vocabFimSuf(vocab: Pointer): number
  vocabFimMid(vocab: Pointer): number
  tokenize(vocab: Pointer, text: Uint8Array, into: Int32Array, addSpecial: boolean, parseSpecial: boolean): number
  tokenToPiece(vocab: Pointer, token: number, into: Uint8Array, special: boolean): number
  samplerChainInit(): Pointer
  samplerChainAdd(chain: Pointer, sampler: Pointer): void
  samplerFree(sampler: Pointer): void
  samplerAccept(sampler: Pointer, token: number): void
  samplerApply(sampler: Pointer, candidates: Pointer): void
  samplerReset(sampler: Pointer): void
  samplerClone(sampler: Pointer): Pointer
  samplerInitDist(seed: number): Pointer
  samplerInitGreedy(): Pointer
  samplerInitTopK(k: number): Pointer
  samplerInitTopP(p: number, minKeep: number): Pointer
  samplerInitMinP(p: number, minKeep: number): Pointer
  samplerInitTypical(p: number, minKeep: number): Pointer
  samplerInitTemp(temperature: number): Pointer
  samplerInitXtc(probability: number, threshold: number, minKeep: number, seed: number): Pointer
  samplerInitMirostat(vocabulary: number, seed: number, tau: number, eta: number, m: number): Pointer
  samplerInitMirostatV2(seed: number, tau: number, eta: number): Pointer
  samplerInitGrammar(vocab: Pointer, grammar: string, root: string): Pointer
  samplerInitGrammarLazy(
    vocab: Pointer,
    grammar: string,
    root: string,
    patterns: readonly string[],
    tokens: readonly number[],
  ): Pointer
  samplerInitPenalties(vocabulary: number, lastN: number, repeat: number, frequency: number, presence: number): Pointer
  samplerInitDry(
    vocab: Pointer,
    multiplier: number,
    base: number,
    allowedLength: number,
    lastN: number,
    breakers: readonly string[],
  ): Pointer
  samplerInitLogitBias(
    vocabulary: number,
    biases: readonly { readonly token: number; readonly bias: number }[],
  ): Pointer
  /** `ggml_is_empty`, whose signature is that of an abort callback. */
  readonly isEmptyFunction: Pointer
  /** Native messages go to stderr when on; off, they are dropped by a native function (never by one of ours). */
  setNativeLog(on: boolean): void
  systemInfo(): string
  version(): string
}

let api: NativeApi | undefined

/** Loads, verifies and binds the native libraries; the same object for every engine of this process. */
export function loadNativeApi(directory?: string, backend?: BackendName): NativeApi {
  const libraries = loadLibraries(directory, backend)
  api ??= bind(libraries, createNativeTypes())
  return api
}

function bind(libraries: NativeLibraries, types: NativeTypes): NativeApi {
  const { llama, base } = libraries
  const p = 'void *'
  // koffi's functions are untyped; each cast below is checked by the parity of this table with the header.
  // biome-ignore lint/suspicious/noExplicitAny: the border to C
  const f = (name: string, result: unknown, ...args: unknown[]): any =>
    (llama as LibraryHandle).func(`llama_${name}`, result as string, args as string[])
  // biome-ignore lint/suspicious/noExplicitAny: the border to C
  const promised = (name: string, result: unknown, ...args: unknown[]): any => {
    const native = f(name, result, ...args)
    return (...values: unknown[]) =>
      new Promise((resolve, reject) => {
        native.async(...values, (error: unknown, value: unknown) => (error ? reject(error) : resolve(value)))
      })
  }
  const { llama_batch: batch, llama_model_params: modelParams, llama_context_params: contextParams } = types
  const chainParams = types.llama_sampler_chain_params
  const chainInit = f('sampler_chain_init', p, chainParams)
  const loadSplits = promised('model_load_from_splits', p, 'str *', 'size_t', modelParams)
  const batchInit = f('batch_init', batch, 'int', 'int', 'int')
  const setAdapters = f('set_adapters_lora', 'int', p, 'void **', 'size_t', 'float *')
  const metaKey = f('model_meta_key_by_index', 'int', p, 'int', koffi.out('uint8 *'), 'size_t')
  const metaValue = f('model_meta_val_str', 'int', p, 'str', koffi.out('uint8 *'), 'size_t')
  const description = f('model_desc', 'int', p, koffi.out('uint8 *'), 'size_t')
  const chatTemplate = f('model_chat_template', 'str', p, 'str')
  const tokenize = f('tokenize', 'int', p, 'uint8 *', 'int', koffi.out('int32 *'), 'int', 'bool', 'bool')
  const toPiece = f('token_to_piece', 'int', p, 'int', koffi.out('uint8 *'), 'int', 'int', 'bool')
  const initBias = f('sampler_init_logit_bias', p, 'int', 'int', koffi.pointer(types.llama_logit_bias))
  const initDry = f('sampler_init_dry', p, p, 'float', 'float', 'int', 'int', 'str *', 'size_t')
  const lazyArgs = [p, 'str', 'str', 'str *', 'size_t', 'int32 *', 'size_t']
  const initLazy = f('sampler_init_grammar_lazy_patterns', p, p, ...lazyArgs.slice(1))
  const logSet = f('log_set', 'void', p, p)
  const harmless = harmlessCallback(base)
  const stateSize = f('state_seq_get_size', 'size_t', p, 'int')
  const stateGet = f('state_seq_get_data', 'size_t', p, p, 'size_t', 'int')
  const stateSet = f('state_seq_set_data', 'size_t', p, p, 'size_t', 'int')
  const modelSize = f('model_size', 'uint64', p)
  const modelParameters = f('model_n_params', 'uint64', p)
  return {
    types,
    libraries,
    modelDefaultParams: f('model_default_params', modelParams),
    contextDefaultParams: f('context_default_params', contextParams),
    modelLoadFromFile: promised('model_load_from_file', p, 'str', modelParams),
    modelLoadFromSplits: (paths, params) => loadSplits(paths, paths.length, params),
    modelFree: f('model_free', 'void', p),
    initFromModel: promised('init_from_model', p, p, contextParams),
    free: f('free', 'void', p),
    nCtx: f('n_ctx', 'uint32', p),
    nUbatch: f('n_ubatch', 'uint32', p),
    getMemory: f('get_memory', p, p),
    contextPoolingType: f('pooling_type', 'int', p),
    modelVocab: f('model_get_vocab', p, p),
    modelNCtxTrain: f('model_n_ctx_train', 'int', p),
    modelNEmbd: f('model_n_embd', 'int', p),
    modelNEmbdOut: f('model_n_embd_out', 'int', p),
    modelNLayer: f('model_n_layer', 'int', p),
    modelNHead: f('model_n_head', 'int', p),
    modelNHeadKv: f('model_n_head_kv', 'int', p),
    modelNSwa: f('model_n_swa', 'int', p),
    modelNClsOut: f('model_n_cls_out', 'uint32', p),
    modelMetaCount: f('model_meta_count', 'int', p),
    modelMetaKey: (model, index) => readText((into, size) => metaKey(model, index, into, size)) ?? '',
    modelMetaValue: (model, key) => readText((into, size) => metaValue(model, key, into, size)),
    modelDescription: (model) => readText((into, size) => description(model, into, size)) ?? '',
    modelSize: (model) => Number(modelSize(model)),
    modelParameters: (model) => Number(modelParameters(model)),
    modelChatTemplate: (model) => chatTemplate(model, null),
    modelHasEncoder: f('model_has_encoder', 'bool', p),
    modelHasDecoder: f('model_has_decoder', 'bool', p),
    modelIsRecurrent: f('model_is_recurrent', 'bool', p),
    modelIsHybrid: f('model_is_hybrid', 'bool', p),
    adapterLoraInit: f('adapter_lora_init', p, p, 'str'),
    adapterLoraFree: f('adapter_lora_free', 'void', p),
    setAdaptersLora: (context, adapters, scales) =>
      setAdapters(context, adapters, adapters.length, Float32Array.from(scales)),
    memoryClear: f('memory_clear', 'void', p, 'bool'),
    memorySeqRm: f('memory_seq_rm', 'bool', p, 'int', 'int', 'int'),
    memorySeqCp: f('memory_seq_cp', 'void', p, 'int', 'int', 'int', 'int'),
    memorySeqPosMin: f('memory_seq_pos_min', 'int', p, 'int'),
    memorySeqPosMax: f('memory_seq_pos_max', 'int', p, 'int'),
    stateSeqGetSize: (context, sequence) => Number(stateSize(context, sequence)),
    stateSeqGetData: (context, into, sequence) => Number(stateGet(context, into, into.length, sequence)),
    stateSeqSetData: (context, from, sequence) => Number(stateSet(context, from, from.length, sequence)),
    batchInit: (tokens, sequencesPerToken) => batchInit(tokens, 0, sequencesPerToken),
    batchFree: f('batch_free', 'void', batch),
    decode: promised('decode', 'int', p, batch),
    decodeSync: f('decode', 'int', p, batch),
    encode: promised('encode', 'int', p, batch),
    setThreads: f('set_n_threads', 'void', p, 'int', 'int'),
    setEmbeddings: f('set_embeddings', 'void', p, 'bool'),
    setCausalAttention: f('set_causal_attn', 'void', p, 'bool'),
    setAbortCallback: f('set_abort_callback', 'void', p, p, p),
    synchronize: f('synchronize', 'void', p),
    getLogits: f('get_logits', p, p),
    getLogitsIth: f('get_logits_ith', p, p, 'int'),
    getEmbeddingsIth: f('get_embeddings_ith', p, p, 'int'),
    getEmbeddingsSeq: f('get_embeddings_seq', p, p, 'int'),
    vocabTokens: f('vocab_n_tokens', 'int', p),
    vocabType: f('vocab_type', 'int', p),
    vocabIsEog: f('vocab_is_eog', 'bool', p, 'int'),
    vocabIsControl: f('vocab_is_control', 'bool', p, 'int'),
    vocabAttributes: f('vocab_get_attr', 'int', p, 'int'),
    vocabText: f('vocab_get_text', 'str', p, 'int'),
    vocabBos: f('vocab_bos', 'int', p),
    vocabEos: f('vocab_eos', 'int', p),
    vocabEot: f('vocab_eot', 'int', p),
    vocabSep: f('vocab_sep', 'int', p),
    vocabAddBos: f('vocab_get_add_bos', 'bool', p),
    vocabAddEos: f('vocab_get_add_eos', 'bool', p),
    vocabAddSep: f('vocab_get_add_sep', 'bool', p),
    vocabFimPre: f('vocab_fim_pre', 'int', p),
    vocabFimSuf: f('vocab_fim_suf', 'int', p),
    vocabFimMid: f('vocab_fim_mid', 'int', p),
    tokenize: (vocab, text, into, addSpecial, parseSpecial) =>
      tokenize(vocab, text, text.length, into, into.length, addSpecial, parseSpecial),
    tokenToPiece: (vocab, token, into, special) => toPiece(vocab, token, into, into.length, 0, special),
    samplerChainInit: () => chainInit({ no_perf: true }),
    samplerChainAdd: f('sampler_chain_add', 'void', p, p),
    samplerFree: f('sampler_free', 'void', p),
    samplerAccept: f('sampler_accept', 'void', p, 'int'),
    samplerApply: f('sampler_apply', 'void', p, p),
    samplerReset: f('sampler_reset', 'void', p),
    samplerClone: f('sampler_clone', p, p),
    samplerInitDist: f('sampler_init_dist', p, 'uint32'),
    samplerInitGreedy: f('sampler_init_greedy', p),
    samplerInitTopK: f('sampler_init_top_k', p, 'int'),
    samplerInitTopP: f('sampler_init_top_p', p, 'float', 'size_t'),
    samplerInitMinP: f('sampler_init_min_p', p, 'float', 'size_t'),
    samplerInitTypical: f('sampler_init_typical', p, 'float', 'size_t'),
    samplerInitTemp: f('sampler_init_temp', p, 'float'),
    samplerInitXtc: f('sampler_init_xtc', p, 'float', 'float', 'size_t', 'uint32'),
    samplerInitMirostat: f('sampler_init_mirostat', p, 'int', 'uint32', 'float', 'float', 'int'),
    samplerInitMirostatV2: f('sampler_init_mirostat_v2', p, 'uint32', 'float', 'float'),
    samplerInitGrammar: f('sampler_init_grammar', p, p, 'str', 'str'),
    samplerInitGrammarLazy: (vocab, grammar, root, patterns, tokens) =>
      initLazy(vocab, grammar, root, patterns, patterns.length, Int32Array.from(tokens), tokens.length),
    samplerInitPenalties: f('sampler_init_penalties', p, 'int', 'int', 'float', 'float', 'float'),
    samplerInitDry: (vocab, multiplier, dryBase, allowedLength, lastN, breakers) =>
      initDry(vocab, multiplier, dryBase, allowedLength, lastN, breakers, breakers.length),
    samplerInitLogitBias: (vocabulary, biases) => initBias(vocabulary, biases.length, biases),
    isEmptyFunction: koffi.address(base.symbol('ggml_is_empty')),
    setNativeLog: (on) => logSet(on ? null : harmless, null),
    systemInfo: f('print_system_info', 'str'),
    version: f('version', 'str'),
  }
}

/** Calls a C function that fills a buffer like `snprintf` (negative: there is no such text). */
function readText(fill: (into: Uint8Array, size: number) => number): string | undefined {
  let into = new Uint8Array(256)
  let length = fill(into, into.length)
  if (length < 0) return undefined
  if (length >= into.length) {
    into = new Uint8Array(length + 1)
    length = fill(into, into.length)
  }
  return new TextDecoder().decode(into.subarray(0, length))
}
