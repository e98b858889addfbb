/**
 * The C structs that cross the border, field by field in the order of `llama.h` and `ggml.h`. `scripts/nativeLayouts.ts`
 * compiles them against those headers and writes `layouts.ts`; at start `checkLayouts` compares what koffi makes of this
 * list with what the compiler made of the headers.
 */

/** The C types that occur. `pointer` stands for every data or function pointer. */
export type FieldType =
  | 'bool'
  | 'int8'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'size_t'
  | 'float'
  | 'pointer'
  | { readonly type: 'bool' | 'int32' | 'int64' | 'size_t' | 'pointer' | 'int8'; readonly length: number }

export type StructName =
  | 'llama_model_params'
  | 'llama_context_params'
  | 'llama_batch'
  | 'llama_token_data'
  | 'llama_token_data_array'
  | 'llama_logit_bias'
  | 'llama_sampler_chain_params'
  | 'ggml_threadpool_params'
  | 'ggml_tensor'

/** Field order matters. Enums are C `int`s. */
export const structs: Readonly<Record<StructName, Readonly<Record<string, FieldType>>>> = {
  llama_model_params: {
    devices: 'pointer',
    tensor_buft_overrides: 'pointer',
    n_gpu_layers: 'int32',
    split_mode: 'int32',
    load_mode: 'int32',
    lazy_mode: 'int32',
    main_gpu: 'int32',
    tensor_split: 'pointer',
    progress_callback: 'pointer',
    progress_callback_user_data: 'pointer',
    kv_overrides: 'pointer',
    vocab_only: 'bool',
    check_tensors: 'bool',
    use_extra_bufts: 'bool',
    no_host: 'bool',
    no_alloc: 'bool',
    load_mtp: 'bool',
  },
  llama_context_params: {
    n_ctx: 'uint32',
    n_batch: 'uint32',
    n_ubatch: 'uint32',
    n_seq_max: 'uint32',
    n_rs_seq: 'uint32',
    n_outputs_max: 'uint32',
    n_outputs_max_per_seq: 'uint32',
    n_threads: 'int32',
    n_threads_batch: 'int32',
    ctx_type: 'int32',
    rope_scaling_type: 'int32',
    pooling_type: 'int32',
    attention_type: 'int32',
    flash_attn_type: 'int32',
    rope_freq_base: 'float',
    rope_freq_scale: 'float',
    yarn_ext_factor: 'float',
    yarn_attn_factor: 'float',
    yarn_beta_fast: 'float',
    yarn_beta_slow: 'float',
    yarn_orig_ctx: 'uint32',
    defrag_thold: 'float',
    cb_eval: 'pointer',
    cb_eval_user_data: 'pointer',
    type_k: 'int32',
    type_v: 'int32',
    abort_callback: 'pointer',
    abort_callback_data: 'pointer',
    embeddings: 'bool',
    offload_kqv: 'bool',
    no_perf: 'bool',
    op_offload: 'bool',
    swa_full: 'bool',
    kv_unified: 'bool',
    samplers: 'pointer',
    n_samplers: 'size_t',
    ctx_other: 'pointer',
  },
  llama_batch: {
    n_tokens: 'int32',
    token: 'pointer',
    embd: 'pointer',
    pos: 'pointer',
    n_seq_id: 'pointer',
    seq_id: 'pointer',
    logits: 'pointer',
  },
  llama_token_data: { id: 'int32', logit: 'float', p: 'float' },
  llama_token_data_array: { data: 'pointer', size: 'size_t', selected: 'int64', sorted: 'bool' },
  llama_logit_bias: { token: 'int32', bias: 'float' },
  llama_sampler_chain_params: { no_perf: 'bool' },
  ggml_threadpool_params: {
    cpumask: { type: 'bool', length: 512 },
    n_threads: 'int32',
    prio: 'int32',
    poll: 'uint32',
    strict_cpu: 'bool',
    paused: 'bool',
  },
  // Only for the abort switch (see abortSwitch.ts): what must be right is the place of `ne`.
  ggml_tensor: {
    type: 'int32',
    buffer: 'pointer',
    ne: { type: 'int64', length: 4 },
    nb: { type: 'size_t', length: 4 },
    op: 'int32',
    op_params: { type: 'int32', length: 16 },
    flags: 'int32',
    src: { type: 'pointer', length: 10 },
    view_src: 'pointer',
    view_offs: 'size_t',
    data: 'pointer',
    name: { type: 'int8', length: 64 },
    extra: 'pointer',
    padding: { type: 'int8', length: 8 },
  },
}
