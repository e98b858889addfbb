import { z } from 'zod'
import type { BenchContext } from '../contract.ts'
import { run } from '../support/run.ts'
import type { Peers } from './findPeers.ts'

export interface LlamaBenchOptions {
  /** Tokens of the prompt; 0 or absent: not measured. */
  readonly prompt?: number
  /** Tokens to generate; 0 or absent: not measured. */
  readonly generate?: number
  /** Tokens of history. Default 0. */
  readonly depth?: number
  /** Absent: its default, the number of cores. */
  readonly threads?: number | undefined
}

export interface LlamaBenchRow {
  /** Tokens per second; NaN when not asked for. */
  readonly prompt: number
  readonly generation: number
  readonly threads: number
}

const output = z.array(
  z.object({
    n_prompt: z.number(),
    n_gen: z.number(),
    n_threads: z.number(),
    avg_ts: z.number(),
  }),
)

/** One build of llama-bench, as rows call it. */
export interface LlamaBenchPeer {
  readonly name: string
  readonly command: string
}

/** Both builds, as far as they are here: first the one with OpenMP. */
export function llamaBenches({ llamaBench: openMp, llamaBenchPlain: plain }: Peers): readonly LlamaBenchPeer[] {
  return [
    ...(openMp === undefined ? [] : [{ name: openMpName, command: openMp }]),
    ...(plain === undefined ? [] : [{ name: plainName, command: plain }]),
  ]
}

export const openMpName: string = 'llama-bench (OpenMP, built for this processor)'
const plainName = 'llama-bench (ggml’s own threads, as in the libraries that Sanjha uses)'

/**
 * One run of llama-bench, with its own warm-up and no repetition: repeating is our business.
 * @param command which build; without it the one with OpenMP
 */
export async function llamaBench(
  context: BenchContext,
  options: LlamaBenchOptions,
  command: string | undefined = context.peers.llamaBench,
): Promise<LlamaBenchRow> {
  if (command === undefined) throw new Error(missing)
  const threads = options.threads ?? context.threads
  const depth = options.depth ?? 0
  const text = await run(
    command,
    [
      ['-m', await context.model()],
      ['-p', String(options.prompt ?? 0)],
      ['-n', String(options.generate ?? 0)],
      ['-d', String(depth)],
      ['-r', '1', '-o', 'json'],
      // The history that it evaluates before it measures has warmed it up.
      depth > 0 ? ['--no-warmup'] : [],
      threads === undefined ? [] : ['-t', String(threads)],
    ].flat(),
    { signal: context.signal },
  )
  const rows = output.parse(JSON.parse(text))
  const first = rows[0]
  return {
    prompt: rows.find((row) => row.n_prompt > 0)?.avg_ts ?? Number.NaN,
    generation: rows.find((row) => row.n_gen > 0)?.avg_ts ?? Number.NaN,
    threads: first?.n_threads ?? 0,
  }
}

export const missing: string =
  'The peer is not installed. `npm run bench -- --prepare` builds it; SANJHA_BENCH_PEERS names a folder that has it.'
