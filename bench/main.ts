/** `npm run bench`: see `usage`. */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { testModelPath } from '../test/support/testModel.ts'
import { benchmarks } from './benchmarks.ts'
import type { BenchContext, Benchmark } from './contract.ts'
import { type BenchOptions, parseOptions, usage } from './options.ts'
import { findPeers } from './peers/findPeers.ts'
import { preparePeers } from './peers/preparePeers.ts'
import { currentCommit, describeMachine, describeVersions } from './report/describeMachine.ts'
import { digits, formatSpread } from './report/formatValue.ts'
import { judge } from './report/judge.ts'
import type { BenchRecord } from './report/record.ts'
import { addRecords, publish, quickFile, resultFile } from './report/resultFile.ts'
import { selectBenchmarks } from './selectBenchmarks.ts'

const talk = (line: string): void => void process.stderr.write(`${line}\n`)

async function main(options: BenchOptions): Promise<void> {
  switch (options.action) {
    case 'help':
      process.stdout.write(`${usage}\n`)
      return
    case 'list':
      for (const { name, summary } of benchmarks) process.stdout.write(`${name.padEnd(20)} ${summary}\n`)
      return
    case 'prepare':
      await preparePeers(talk)
      return
    case 'publish':
      for (const path of await publish()) talk(`Written: ${path}`)
      return
    case 'run':
      await runAll(options, selectBenchmarks(options.select))
  }
}

async function runAll(options: BenchOptions, chosen: readonly Benchmark[]): Promise<void> {
  const peers = findPeers(process.env)
  const scratch = mkdtempSync(join(tmpdir(), 'sanjha-bench-'))
  const interruption = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => interruption.abort(new Error('Interrupted.')))
  }
  const path = options.out ?? (options.quick ? quickFile : resultFile)
  const machine = describeMachine()
  const versions = describeVersions(peers)
  let failures = 0
  try {
    for (const benchmark of chosen) {
      interruption.signal.throwIfAborted()
      talk(`\n${benchmark.name}`)
      const record = await runOne(benchmark, options, {
        ...options,
        peers,
        model: testModelPath,
        scratch,
        say: (line) => talk(`  ${line}`),
        signal: interruption.signal,
      })
      if (record.failed !== undefined) failures++
      for (const line of describe(record)) talk(`  ${line}`)
      // After each: what was measured is not lost when the next one breaks.
      const report = await addRecords(path, machine, versions, [record])
      if (options.json && benchmark === chosen.at(-1)) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  talk(`\nResults: ${path}`)
  if (failures > 0) throw new Error(`${failures} of ${chosen.length} benchmarks failed.`)
}

async function runOne(benchmark: Benchmark, options: BenchOptions, context: BenchContext): Promise<BenchRecord> {
  const loads = loadavg()
  const started = performance.now()
  const result = await benchmark.run(context).catch((error: unknown) => {
    context.signal.throwIfAborted()
    return { measurements: [], notes: [], failed: error instanceof Error ? error.message : String(error) }
  })
  return {
    name: benchmark.name,
    summary: benchmark.summary,
    date: new Date().toISOString(),
    seconds: Math.round((performance.now() - started) / 1000),
    rounds: options.rounds,
    quick: options.quick,
    ...(options.threads !== undefined && { threads: options.threads }),
    // Windows keeps none and says zero.
    loadBefore: process.platform === 'win32' ? null : (loads[0] ?? null),
    commit: currentCommit(),
    ...result,
  }
}

function describe({ measurements, notes, skipped, failed }: BenchRecord): string[] {
  if (failed !== undefined) return [`failed: ${failed}`]
  if (skipped !== undefined) return [`skipped: ${skipped}`]
  const rows = measurements.map((measurement) => {
    const it = judge(measurement)
    if (it === undefined) return `${measurement.label}: not measured`
    const against =
      measurement.peer && it.peer ? `, ${measurement.peer.name} ${formatSpread(it.peer, measurement.unit)}` : ''
    const compared = it.compared ? `, ${it.of} ${digits(it.compared.median)}` : ''
    return `${measurement.label}: ${formatSpread(it.ours, measurement.unit)}${against}${compared}${it.outcome ? ` (${it.outcome})` : ''}`
  })
  return [...rows, ...notes]
}

try {
  await main(parseOptions(process.argv.slice(2)))
} catch (error) {
  talk(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
