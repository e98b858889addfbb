import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

/**
 * Copies or reads blocks of memory that fit into no cache. Reading is a search for a byte that does not occur: Node does it
 * with the C library's vectorised `memchr`, which only loads.
 */
const worker = `
const { parentPort, workerData } = require('node:worker_threads')
const source = Buffer.alloc(workerData.bytes, 2)
let target
parentPort.on('message', ({ what, passes }) => {
  if (what === 'copy') target ??= Buffer.alloc(workerData.bytes, 3)
  for (let i = 0; i < passes; i++) {
    if (what === 'copy') source.copy(target)
    else if (source.indexOf(1) !== -1) throw new Error('impossible')
  }
  parentPort.postMessage('done')
})
parentPort.postMessage('ready')
`

/** Says how fast this machine's memory is, with one thread per core. It works only while it is asked. */
export class MemoryReader implements AsyncDisposable {
  readonly #workers: readonly Worker[]
  readonly #bytes: number
  readonly #passes: number

  private constructor(workers: readonly Worker[], bytes: number, passes: number) {
    this.#workers = workers
    this.#bytes = bytes
    this.#passes = passes
  }

  /** A turn takes a few hundredths of a second; a `quick` one less, and may be in the cache. */
  static async start(options: {
    readonly quick: boolean
    readonly threads: number | undefined
  }): Promise<MemoryReader> {
    const bytes = (options.quick ? 32 : 128) * 2 ** 20
    const workers = Array.from(
      { length: options.threads ?? availableParallelism() },
      () => new Worker(worker, { eval: true, workerData: { bytes } }),
    )
    const reader = new MemoryReader(workers, bytes, options.quick ? 1 : 8)
    await reader.#all()
    return reader
  }

  /** Bytes per second of all threads together. A copied byte is read and written, and counts once. */
  async speed(what: 'read' | 'copy'): Promise<number> {
    const started = performance.now()
    await this.#all({ what, passes: this.#passes })
    return (1000 * this.#bytes * this.#passes * this.#workers.length) / (performance.now() - started)
  }

  async #all(message?: { readonly what: 'read' | 'copy'; readonly passes: number }): Promise<void> {
    await Promise.all(
      this.#workers.map((each) => {
        const { promise, resolve, reject } = Promise.withResolvers<void>()
        each.once('message', () => resolve())
        each.once('error', reject)
        if (message !== undefined) each.postMessage(message)
        return promise.finally(() => {
          each.removeAllListeners('error')
          each.removeAllListeners('message')
        })
      }),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((each) => each.terminate()))
  }
}
