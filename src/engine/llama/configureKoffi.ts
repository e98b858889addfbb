import koffi from 'koffi'

let done = false

/**
 * Settings of the FFI, which must be made before the process loads its first library, whoever loads it. The stacks are
 * large because grammar triggers are regular expressions, which llama.cpp's library matches recursively on them.
 */
export function configureKoffi(): void {
  if (done) return
  koffi.config({ sync_stack_size: 16 << 20, async_stack_size: 8 << 20, resident_async_pools: 2 })
  done = true
}
