import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { benchmarks } from '../benchmarks.ts'
import { benchmarksPage } from './page.ts'
import { type BenchRecord, isMeasured, type MeasuredRecord, type Report, reportSchema } from './record.ts'
import { addRecords, notRun, publish } from './resultFile.ts'

let folder: string
let from: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-results-'))
  from = join(folder, 'latest.json')
})
afterEach(() => rm(folder, { recursive: true }))

const machine: Report['machine'] = { processor: 'Some CPU', cores: 2, memoryBytes: 2 ** 33, system: 'linux 6.1 x64' }
const versions = { sanjha: '1' }
const names = benchmarks.map(({ name }) => name)

const measured = (name: string, changes: Partial<MeasuredRecord> = {}): MeasuredRecord => ({
  name,
  summary: name,
  date: '2026-11-02T10:00:00.000Z',
  commit: 'commit2',
  seconds: 1,
  rounds: 1,
  quick: false,
  loadBefore: 0,
  measurements: [{ label: 'x', unit: 'ms', ours: [1.5] }],
  notes: [],
  ...changes,
})
const read = async (path: string): Promise<Report> => reportSchema.parse(JSON.parse(await readFile(path, 'utf8')))
const published = (): Promise<Report> => read(join(folder, 'benchmarks.json'))
const add = (records: readonly BenchRecord[], on: Report['machine'] = machine) =>
  addRecords(from, on, versions, records)

it('says of every benchmark why it was not run', async () => {
  const records = notRun([{ name: 'cli.start' }], { date: '2026-11-01T10:00:00.000Z', commit: 'commit1' })
  await add(records)
  const report = await read(from)
  expect(report.records.map(({ name }) => name)).toEqual(names)
  const reasons = report.records.map((record) => (isMeasured(record) ? '' : record.reason))
  expect(reasons.filter((reason) => reason.includes('not selected')).length).toBe(names.length - 1)
  expect(reasons[names.indexOf('cli.start')]).toContain('ended before')
})

it('publishes a part: what was measured, and the rest as it was published', async () => {
  await add([
    ...notRun([], { date: '2026-11-01T10:00:00.000Z', commit: 'commit1' }),
    measured('cli.start', { date: '2026-11-01T10:00:00.000Z', commit: 'commit1' }),
    measured('cli.list', { date: '2026-11-01T10:00:00.000Z', commit: 'commit1' }),
  ])
  expect(await publish(from, folder)).toMatchObject({ taken: ['cli.start', 'cli.list'], left: [] })
  const first = await published()
  await rm(from)
  await add([measured('cli.list')])
  expect(await publish(from, folder)).toMatchObject({ taken: ['cli.list'] })
  const second = await published()
  expect(second.records.map(({ name }) => name)).toEqual(names)
  expect(second.records.filter((record, i) => JSON.stringify(record) !== JSON.stringify(first.records[i]))).toEqual([
    measured('cli.list'),
  ])
  expect(await readFile(join(folder, 'benchmarks.md'), 'utf8')).toBe(benchmarksPage(second))
})

it('leaves out trials and what was held to threads, and says so', async () => {
  await add([measured('cli.start'), measured('cli.list', { quick: true }), measured('server.cost', { threads: 1 })])
  const { taken, left } = await publish(from, folder)
  expect(taken).toEqual(['cli.start'])
  expect(left).toEqual([expect.stringContaining('cli.list'), expect.stringContaining('server.cost')])
  expect((await published()).records.filter(isMeasured)).toEqual([measured('cli.start')])
})

it('publishes no names of folders', async () => {
  const { date, commit, summary } = measured('cli.start')
  const reason = `${join(folder, 'bin', 'tool')} ended with 1: see https://example.org/a/b`
  await add([{ name: 'cli.start', summary, date, commit, why: 'failed', reason }])
  await publish(from, folder)
  const text = await readFile(join(folder, 'benchmarks.json'), 'utf8')
  expect(text).not.toContain(folder)
  expect(text).toContain('…/tool ended with 1: see https://example.org/a/b')
})

it('does not mix two machines', async () => {
  await add([measured('cli.start')])
  await publish(from, folder)
  const other = { ...machine, cores: 64 }
  await add([measured('cli.list')], other)
  await expect(publish(from, folder)).rejects.toThrow('another machine')
  await add(
    names.map((name) => measured(name)),
    other,
  )
  await publish(from, folder)
  expect(await published()).toMatchObject({ machine: other })
})

it('keeps a file that it cannot read beside, and publishes over none', async () => {
  await writeFile(from, '{"records": "of another form"}')
  await add([measured('cli.start')])
  expect(existsSync(`${from}.old`)).toBe(true)
  await writeFile(join(folder, 'benchmarks.json'), '{}')
  await expect(publish(from, folder)).rejects.toThrow('no result file')
})

it('says when there is nothing to publish', async () => {
  await expect(publish(from, folder)).rejects.toThrow('no results yet')
})
