import { z } from 'zod'
import type { BenchContext } from '../contract.ts'
import { run } from '../support/run.ts'

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
  readonly build: string
}

const output = z.array(
  z.object({
    n_prompt: z.number(),
    n_gen: z.number(),
    n_threads: z.number(),
    avg_ts: z.number(),
    build_commit: z.string(),
    build_number: z.number(),
  }),
)

/** One run of llama-bench, with its own warm-up and no repetition: repeating is our business. */
export async function llamaBench(context: BenchContext, options: LlamaBenchOptions): Promise<LlamaBenchRow> {
  const { llamaBench: command } = context.peers
  if (command === undefined) throw new Error(missing)
  const threads = options.threads ?? context.threads
  const text = await run(
    command,
    [
      ['-m', await context.model()],
      ['-p', String(options.prompt ?? 0)],
      ['-n', String(options.generate ?? 0)],
      ['-d', String(options.depth ?? 0)],
      ['-r', '1', '-o', 'json'],
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
    build: first === undefined ? 'unknown' : `${first.build_number} (${first.build_commit})`,
  }
}

export const missing: string =
  'The peer is not installed. `npm run bench -- --prepare` builds it; SANJHA_BENCH_PEERS names a folder that has it.'
