import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from '../test/support/run.ts'
import { benchmarks } from './benchmarks.ts'
import { isMeasured, reportSchema } from './report/record.ts'

const main = join(import.meta.dirname, 'main.ts')
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-bench-test-'))
})
afterAll(() => rm(folder, { recursive: true }))

const bench = (args: string[], env: Record<string, string> = {}) =>
  run(process.execPath, [main, ...args], { env: { ...process.env, ...env } })

it('measures and keeps the result, and one benchmark after another in one file', async () => {
  const out = join(folder, 'result.json')
  const small = ['--quick', '--rounds', '1', '--out', out]
  const first = await bench(['server.cost', 'server.memory', ...small, '--json'])
  expect(first.stderr).not.toContain('failed')
  expect(first.code).toBe(0)
  const report = reportSchema.parse(JSON.parse(await readFile(out, 'utf8')))
  expect(JSON.parse(first.stdout)).toEqual(report)
  const measured = report.records.filter(isMeasured)
  expect(measured.map(({ name }) => name)).toEqual(['server.cost', 'server.memory'])
  const values = measured.flatMap(({ measurements }) => measurements.flatMap(({ ours }) => ours))
  expect(values.length).toBeGreaterThanOrEqual(5)
  expect(values.every(Number.isFinite)).toBe(true)
  // Of the others it says that, and why, they were not measured.
  expect(report.records.map(({ name }) => name)).toEqual(benchmarks.map(({ name }) => name))
  expect(report.records).toContainEqual(
    expect.objectContaining({
      name: 'install.size',
      why: 'not run',
      commit: measured[0]?.commit,
      date: expect.stringMatching(/^\d{4}-/),
    }),
  )

  // What has no peer here is said to be skipped, and does not take away what was measured before.
  const second = await bench(['engine.speed', ...small], { SANJHA_BENCH_PEERS: join(folder, 'nothing') })
  const after = reportSchema.parse(JSON.parse(await readFile(out, 'utf8')))
  expect(after.records.filter(isMeasured)).toEqual(measured)
  expect(after.records[0]).toMatchObject({
    name: 'engine.speed',
    why: 'skipped',
    reason: expect.stringContaining('--prepare'),
  })
  expect(second.code).toBe(0)
})

it('lists every benchmark, and says what it does not know', async () => {
  const { stdout } = await bench(['--list'])
  expect(stdout.split('\n').filter(Boolean).length).toBe(benchmarks.length)
  const { code, stderr } = await bench(['engine.sped'])
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('Did you mean engine.speed') })
})
