import { parseArgs } from 'node:util'

export interface BenchOptions {
  readonly select: readonly string[]
  readonly rounds: number
  readonly quick: boolean
  readonly threads: number | undefined
  readonly action: 'run' | 'list' | 'prepare' | 'publish' | 'help'
  readonly json: boolean
  /** Where results go; absent: `results/latest.json`, or `results/quick.json` for a quick trial. */
  readonly out: string | undefined
}

export const usage = `npm run bench                          everything; about 40 minutes
npm run bench -- engine cli.start      a group, one benchmark
npm run bench -- --list                what there is
npm run bench -- --prepare             build the programs to compare with

  --rounds N     how often each side runs (default 12)
  --quick        short trial runs, whose numbers are worth nothing
  --threads N    hold both sides to so many threads
  --json         print the result file
  --out FILE     another result file, also for --publish
  --publish      join the last results to docs/reference/benchmarks.json and make the page; what was not measured stays as it was

Results: bench/results/latest.json (quick.json with --quick). SANJHA_BENCH_PEERS names a folder with other builds of
llama-bench and llama-server, SANJHA_BENCH_PEERS_PLAIN one with a llama-bench without OpenMP, SANJHA_BENCH_PYTHON a Python with
llama-cpp-python, SANJHA_TEST_MODEL another model.`

/** Errors: a plain `Error` whose message says what was wrong. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      threads: { type: 'string' },
      json: { type: 'boolean', default: false },
      out: { type: 'string' },
      list: { type: 'boolean', default: false },
      prepare: { type: 'boolean', default: false },
      publish: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const action = (['help', 'list', 'prepare', 'publish'] as const).find((name) => values[name]) ?? 'run'
  return {
    select: positionals,
    rounds: count('--rounds', values.rounds) ?? (values.quick ? 2 : 12),
    quick: values.quick,
    threads: count('--threads', values.threads),
    action,
    json: values.json,
    out: values.out,
  }
}

function count(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new Error(`${flag} takes a number from 1 on, not “${text}”.`)
  return Number(text)
}
