import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { benchmarks } from '../benchmarks.ts'
import { checkout } from '../support/checkout.ts'
import { benchmarksPage } from './page.ts'
import { type BenchRecord, type Report, reportSchema } from './record.ts'

const folder = join(checkout, 'docs', 'reference')
const resultFile = join(folder, 'benchmarks.json')

const record: BenchRecord = {
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
  records: [record, { ...record, name: 'engine.python', measurements: [], skipped: 'There is no Python.' }],
}

it('shows medians, ranges, targets and whether they are met', () => {
  const page = benchmarksPage(report)
  expect(page).toContain(
    '| generation | 98.0 tokens/s (96.0–100) | llama-bench: 100 tokens/s | 0.980 × [0.960, 1.00] | ≥ 0.95 × | met |',
  )
  expect(page).toContain('| start | 120 ms | node: 40.0 ms | +80.0 ms | ≤ +60.0 ms | not met |')
  expect(page).toContain('**1 of 2 targets are met.**')
  expect(page).toContain('Not measured: There is no Python.')
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
    expect(committed.records.filter(({ quick, failed }) => quick || failed !== undefined)).toEqual([])
    const known = benchmarks.map(({ name }) => name)
    expect(committed.records.filter(({ name }) => !known.includes(name))).toEqual([])
  },
)
