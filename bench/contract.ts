import type { Peers } from './peers/findPeers.ts'

/** What every benchmark gets. */
export interface BenchContext {
  /** How often each side runs. */
  readonly rounds: number
  /** Short runs that show that everything works; the numbers are worth nothing. */
  readonly quick: boolean
  /** Threads for our engine and for the peers. Absent: what each chooses by itself, which is what users get. */
  readonly threads: number | undefined
  readonly peers: Peers
  /** Path of the GGUF file that is measured; fetched when it is asked for. */
  model(): Promise<string>
  /** A directory of this run alone; it is removed afterwards. */
  readonly scratch: string
  /** Progress for the person who waits. */
  say(line: string): void
  readonly signal: AbortSignal
}

/** One benchmark: one file, in the list of `benchmarks.ts`. */
export interface Benchmark {
  /** `GROUP.NAME`; a whole group can be chosen by its name. */
  readonly name: string
  /** What is measured and how, for the page. */
  readonly summary: string
  run(context: BenchContext): Promise<BenchmarkResult>
}

export interface BenchmarkResult {
  readonly measurements: readonly Measurement[]
  /** What a reader of the numbers should know, such as how many threads each side took. */
  readonly notes: readonly string[]
  /** Why nothing was measured, e.g. that the peer is not installed. */
  readonly skipped?: string
}

export type Unit = 'tokens/s' | 'ms' | 'bytes' | 'bytes/s' | 'bytes/request' | '/s' | '%'

/** One row. Values are raw, one per round, in the order of the rounds, so that both sides can be paired. */
export interface Measurement {
  readonly label: string
  readonly unit: Unit
  readonly ours: readonly number[]
  readonly peer?: { readonly name: string; readonly values: readonly number[] }
  /** What reading memory allowed in the same rounds, in the same unit: the ceiling of one stream. See `engine/memoryLimit.ts`. */
  readonly limit?: readonly number[]
  readonly target?: Target
}

/** What the project has promised. `ratio` is ours ÷ peer, `inverse ratio` peer ÷ ours, `difference` ours − peer. */
export interface Target {
  readonly of: 'value' | 'ratio' | 'inverse ratio' | 'difference'
  readonly atLeast?: number
  readonly atMost?: number
}
