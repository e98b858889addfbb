import koffi from 'koffi'
import type { NativeApi, Pointer } from './nativeApi.ts'

/** Ends a native computation from outside, between two operations of its graph. */
export interface AbortSwitch {
  readonly callback: Pointer
  readonly data: Pointer
  set(on: boolean): void
  free(): void
}

/**
 * llama.cpp asks a callback `bool (*)(void *)` between operations whether to go on. A JavaScript function must not be
 * called from a native thread, so the callback is `ggml_is_empty(const ggml_tensor *)`, and its argument a tensor of
 * ours that never holds anything: one whose first dimension we set to 0 (abort) or 1 (go on) while native code runs.
 */
export function createAbortSwitch(api: NativeApi): AbortSwitch {
  const { ggml_tensor } = api.types
  const data = koffi.alloc(ggml_tensor, 1) as Pointer
  new Uint8Array(koffi.view(data, koffi.sizeof(ggml_tensor))).fill(0)
  const dimensions = new BigInt64Array(
    koffi.view(data, koffi.sizeof(ggml_tensor)),
    koffi.offsetof(ggml_tensor, 'ne'),
    4,
  )
  dimensions.fill(1n)
  return {
    callback: api.isEmptyFunction,
    data,
    set: (on) => Atomics.store(dimensions, 0, on ? 0n : 1n),
    free: () => koffi.free(data),
  }
}
