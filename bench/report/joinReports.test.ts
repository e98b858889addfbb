import { expect, it } from 'vitest'
import { joinReports } from './joinReports.ts'
import type { MeasuredRecord, Report, UnmeasuredRecord } from './record.ts'

const order = ['a.one', 'a.two', 'a.three']
const machine: Report['machine'] = { processor: 'Some CPU', cores: 2, memoryBytes: 2 ** 33, system: 'linux 6.1 x64' }

const measured = (name: string, day: number, value = day): MeasuredRecord => ({
  name,
  summary: name,
  date: `2026-11-0${day}T10:00:00.000Z`,
  commit: `commit${day}`,
  seconds: 1,
  rounds: 1,
  quick: false,
  loadBefore: 0,
  measurements: [{ label: 'x', unit: 'ms', ours: [value] }],
  notes: [],
})
const unmeasured = (name: string, day: number, why: UnmeasuredRecord['why']): UnmeasuredRecord => ({
  name,
  summary: name,
  date: `2026-11-0${day}T10:00:00.000Z`,
  commit: `commit${day}`,
  why,
  reason: `Because of ${day}.`,
})
const report = (records: Report['records'], versions: Report['versions'] = { sanjha: '1' }): Report => ({
  machine,
  versions,
  records,
})
const join = (before: Report['records'], now: Report['records']) =>
  joinReports(report(before), report(now), order).records

it('takes what was measured anew and keeps the rest with its own date and commit', () => {
  const old = [measured('a.one', 1), measured('a.two', 1), unmeasured('a.three', 1, 'not run')]
  const anew = [unmeasured('a.one', 2, 'not run'), measured('a.two', 2), measured('a.three', 2)]
  expect(join(old, anew)).toEqual([old[0], anew[1], anew[2]])
})

it('puts records in the order of the list and leaves out what is not on it', () => {
  expect(join([measured('a.three', 1), measured('a.gone', 1)], [measured('a.one', 2)])).toEqual([
    measured('a.one', 2),
    measured('a.three', 1),
  ])
})

it('does not put an older measurement in the place of a newer one', () => {
  expect(join([measured('a.one', 3)], [measured('a.one', 2)])).toEqual([measured('a.one', 3)])
})

it('notes a failure at what was measured before, until it is measured again', () => {
  const [noted] = join([measured('a.one', 1)], [unmeasured('a.one', 2, 'failed')])
  expect(noted).toEqual({
    ...measured('a.one', 1),
    failedSince: { date: '2026-11-02T10:00:00.000Z', commit: 'commit2', reason: 'Because of 2.' },
  })
  expect(join([noted as MeasuredRecord], [measured('a.one', 3)])).toEqual([measured('a.one', 3)])
  expect(join([measured('a.one', 1)], [unmeasured('a.one', 2, 'skipped')])).toEqual([measured('a.one', 1)])
})

it('keeps why something could not be measured, rather than that it was not chosen', () => {
  const failed = unmeasured('a.one', 1, 'failed')
  expect(join([failed], [unmeasured('a.one', 2, 'not run')])).toEqual([failed])
  expect(join([failed], [unmeasured('a.one', 2, 'skipped')])).toEqual([unmeasured('a.one', 2, 'skipped')])
})

it('says with which versions something was measured when they are no longer those of the report', () => {
  const before = report([measured('a.one', 1), measured('a.two', 1)], { sanjha: '1' })
  const joined = joinReports(before, report([measured('a.two', 2)], { sanjha: '2' }), order)
  expect(joined.versions).toEqual({ sanjha: '2' })
  expect(joined.records).toEqual([{ ...measured('a.one', 1), versions: { sanjha: '1' } }, measured('a.two', 2)])
  // It is the same however often it is joined, and gone when all is of one kind again.
  expect(joinReports(joined, report([], { sanjha: '3' }), order)).toEqual(joined)
  const back = joinReports(joined, report([measured('a.two', 3)], { sanjha: '1' }), order)
  expect(back.records).toEqual([measured('a.one', 1), measured('a.two', 3)])
})
