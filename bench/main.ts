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
import { digits, formatLimit, formatSpread } from './report/formatValue.ts'
import { judge } from './report/judge.ts'
import { type BenchRecord, isMeasured, type UnmeasuredRecord } from './report/record.ts'
import { addRecords, notRun, type Published, publish, quickFile, resultFile } from './report/resultFile.ts'
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
      publishAll(await publish(options.out ?? resultFile))
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
  const run = { date: new Date().toISOString(), commit: currentCommit() }
  let report = await addRecords(path, machine, versions, notRun(chosen, run))
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
      if (!isMeasured(record) && record.why === 'failed') failures++
      for (const line of describe(record)) talk(`  ${line}`)
      // After each: what was measured is not lost when the next one breaks.
      report = await addRecords(path, machine, versions, [record])
    }
    if (options.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  talk(`\nResults: ${path}`)
  if (failures > 0) throw new Error(`${failures} of ${chosen.length} benchmarks failed.`)
}

function publishAll({ paths, taken, left }: Published): void {
  talk(`Measured anew: ${taken.length === 0 ? 'nothing' : taken.join(', ')}. The rest stays as it was.`)
  for (const name of left) talk(`Left out: ${name}.`)
  for (const path of paths) talk(`Written: ${path}`)
}

async function runOne(benchmark: Benchmark, options: BenchOptions, context: BenchContext): Promise<BenchRecord> {
  const loads = loadavg()
  const started = performance.now()
  const head = { name: benchmark.name, summary: benchmark.summary, commit: currentCommit() }
  const without = (why: UnmeasuredRecord['why'], reason: string): UnmeasuredRecord => {
    return { ...head, date: new Date().toISOString(), why, reason }
  }
  try {
    const { measurements, notes, skipped } = await benchmark.run(context)
    if (skipped !== undefined) return without('skipped', skipped)
    if (measurements.length === 0) return without('failed', 'It measured nothing.')
    return {
      ...head,
      date: new Date().toISOString(),
      seconds: Math.round((performance.now() - started) / 1000),
      rounds: options.rounds,
      quick: options.quick,
      ...(options.threads !== undefined && { threads: options.threads }),
      // Windows keeps none and says zero.
      loadBefore: process.platform === 'win32' ? null : (loads[0] ?? null),
      measurements,
      notes,
    }
  } catch (error) {
    context.signal.throwIfAborted()
    return without('failed', error instanceof Error ? error.message : String(error))
  }
}

function describe(record: BenchRecord): string[] {
  if (!isMeasured(record)) return [`${record.why}: ${record.reason}`]
  const { measurements, notes, seconds } = record
  const rows = measurements.map((measurement) => {
    const it = judge(measurement)
    if (it === undefined) return `${measurement.label}: not measured`
    const against =
      measurement.peer && it.peer ? `, ${measurement.peer.name} ${formatSpread(it.peer, measurement.unit)}` : ''
    const compared = it.compared ? `, ${it.of} ${digits(it.compared.median)}` : ''
    return `${measurement.label}: ${formatSpread(it.ours, measurement.unit)}${against}${compared}${it.limit ? `, ${formatLimit(it.limit, measurement.unit)}` : ''}${it.outcome ? ` (${it.outcome})` : ''}`
  })
  return [...rows, ...notes, `${seconds} s`]
}

try {
  await main(parseOptions(process.argv.slice(2)))
} catch (error) {
  talk(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
