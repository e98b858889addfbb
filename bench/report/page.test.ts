import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { benchmarks } from '../benchmarks.ts'
import { checkout } from '../support/checkout.ts'
import { benchmarksPage } from './page.ts'
import { type BenchRecord, isMeasured, type MeasuredRecord, type Report, reportSchema } from './record.ts'

const folder = join(checkout, 'docs', 'reference')
const resultFile = join(folder, 'benchmarks.json')

const record: MeasuredRecord = {
  name: 'engine.speed',
  summary: 'Speed.',
  date: '2026-11-24T10:00:00.000Z',
  seconds: 12,
  rounds: 3,
  quick: false,
  loadBefore: 0.25,
  commit: 'abc1234',
  notes: ['Two threads.'],
  measurements: [
    {
      label: 'generation',
      unit: 'tokens/s',
      ours: [96, 98, 100],
      peer: { name: 'llama-bench', values: [100, 100, 100] },
      target: { of: 'ratio', atLeast: 0.95 },
    },
    {
      label: 'start',
      unit: 'ms',
      ours: [120],
      peer: { name: 'node', values: [40] },
      target: { of: 'difference', atMost: 60 },
    },
  ],
}
const report: Report = {
  machine: { processor: 'Some CPU', cores: 2, memoryBytes: 8 * 2 ** 30, system: 'linux 6.1 x64' },
  versions: { sanjha: '0.1.0' },
  records: [
    record,
    {
      name: 'engine.python',
      summary: 'Python.',
      date: '2026-11-25T08:30:00.000Z',
      commit: 'def5678',
      why: 'skipped',
      reason: 'There is no Python.',
    },
  ],
}

it('shows medians, ranges, targets and whether they are met', () => {
  const page = benchmarksPage(report)
  expect(page).toContain(
    '| generation | 98.0 tokens/s (96.0–100) | llama-bench: 100 tokens/s | 0.980 × [0.960, 1.00] | ≥ 0.95 × | met |',
  )
  expect(page).toContain('| start | 120 ms | node: 40.0 ms | +80.0 ms | ≤ +60.0 ms | not met |')
  expect(page).toContain('**1 of 2 targets are met.**')
  expect(page).toContain('are met.** Not measured: `engine.python`.')
  expect(page).toContain('*2026-11-25 08:30, commit def5678.*\n\nNot measured: There is no Python.')
  expect(page).toContain('*2026-11-24 10:00, commit abc1234, 3 rounds')
  expect(page).not.toContain('Of the limit')
})

it('shows how near each side is to the limit, where there is one', () => {
  const [generation, start] = record.measurements
  if (generation === undefined || start === undefined) throw new Error('There are two.')
  const measurements = [{ ...generation, limit: [196, 196, 196] }, start]
  const page = benchmarksPage({ ...report, records: [{ ...record, measurements }] })
  expect(page).toContain('| Target |  | Of the limit |')
  expect(page).toContain('| met | 50.0 %, the other 51.0 % of 196 tokens/s |')
  expect(page).toContain('| not met |  |')
})

it('says what failed, and what failed since it was measured', () => {
  const failed: BenchRecord = {
    name: 'engine.busy',
    summary: 'Busy.',
    date: '2026-11-25T08:30:00.000Z',
    commit: 'def5678',
    why: 'failed',
    reason: 'One line\nand another.',
  }
  const since = { date: '2026-11-25T08:30:00.000Z', commit: 'def5678', reason: 'No memory.' }
  const page = benchmarksPage({ ...report, records: [{ ...record, failedSince: since }, failed] })
  expect(page).toContain('Not measured: it failed. One line and another.')
  expect(page).toContain('- **Run again on 2026-11-25 08:30, commit def5678, it failed.**')
})

it('says plainly that a quick trial is none to quote', () => {
  expect(benchmarksPage({ ...report, records: [{ ...record, quick: true }] })).toContain('worth nothing')
})

it.runIf(existsSync(resultFile))(
  'the committed page is the one of the committed results, and those are no trial',
  () => {
    const committed = reportSchema.parse(JSON.parse(readFileSync(resultFile, 'utf8')))
    expect(readFileSync(join(folder, 'benchmarks.md'), 'utf8'), 'run `npm run bench -- --publish`').toBe(
      benchmarksPage(committed),
    )
    expect(committed.records.filter(isMeasured).filter(({ quick }) => quick)).toEqual([])
    expect(committed.records.map(({ name }) => name)).toEqual(benchmarks.map(({ name }) => name))
  },
)
