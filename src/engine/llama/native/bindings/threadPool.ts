import koffi from 'koffi'
import type { NativeApi, Pointer } from './nativeApi.ts'

/** Worker threads that live between decodes. */
export interface ThreadPool {
  attach(context: Pointer): void
  /** After every context that it is attached to was freed. */
  free(): void
}

/**
 * How long workers wait for the next decode by polling before they sleep: about a millisecond, which is what this engine
 * needs between two tokens. llama.cpp's default polls a hundred times longer, and takes the cores from others by it.
 */
const pollLevel = 1

/**
 * Without a pool llama.cpp makes new threads for every decode, which costs small models half their speed. The functions
 * are in the CPU library that ggml chose, and are asked for by name. Undefined when that library has none.
 */
export function createThreadPool(api: NativeApi, threads: number, poll: number = pollLevel): ThreadPool | undefined {
  const { base, ggml, llama } = api.libraries
  const device = ggml.func('ggml_backend_dev_by_type', 'void *', ['int'])(0)
  if (device === null) return undefined
  const registry = base.func('ggml_backend_dev_backend_reg', 'void *', ['void *'])(device)
  const find = base.func('ggml_backend_reg_get_proc_address', 'void *', ['void *', 'str'])
  const create = find(registry, 'ggml_threadpool_new') as Pointer
  const destroy = find(registry, 'ggml_threadpool_free') as Pointer
  if (create === null || destroy === null) return undefined
  const { ggml_threadpool_params: type } = api.types
  const params = base.func('ggml_threadpool_params_default', type, ['int'])(threads) as Record<string, unknown>
  const memory = koffi.alloc(type, 1) as Pointer
  koffi.encode(memory, type, { ...params, poll })
  const pool = koffi.call(create, koffi.proto('void *', ['void *']), memory) as Pointer
  koffi.free(memory)
  if (pool === null) return undefined
  const attach = llama.func('llama_attach_threadpool', 'void', ['void *', 'void *', 'void *'])
  return {
    attach: (context) => attach(context, pool, null),
    free: () => koffi.call(destroy, koffi.proto('void', ['void *']), pool),
  }
}
