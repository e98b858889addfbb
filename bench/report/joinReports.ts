import { type BenchRecord, isMeasured, type Report, type Versions } from './record.ts'

/**
 * What was measured last of each benchmark, each record with its own date and commit. A record that was not measured takes the place
 * of none that was; a failure is noted there. What was measured with other versions than the report now names says with which.
 * @param order names of benchmarks; others are left out
 */
export function joinReports(before: Report | undefined, now: Report, order: readonly string[]): Report {
  if (before === undefined) return joinReports({ ...now, records: [] }, now, order)
  // A run that measured nothing says nothing about versions.
  const versions = now.records.some(isMeasured) ? now.versions : before.versions
  const own = (report: Report): readonly BenchRecord[] =>
    report.records.map((record) => withVersions(record, report.versions, versions))
  const joined = new Map(own(before).map((record) => [record.name, record]))
  for (const record of own(now)) joined.set(record.name, newer(joined.get(record.name), record))
  return { machine: now.machine, versions, records: sorted([...joined.values()], order) }
}

function newer(before: BenchRecord | undefined, now: BenchRecord): BenchRecord {
  if (before === undefined) return now
  if (isMeasured(now)) return isMeasured(before) && before.date > now.date ? before : now
  const { date, commit, reason } = now
  if (isMeasured(before)) {
    return now.why === 'failed' && date > before.date ? { ...before, failedSince: { date, commit, reason } } : before
  }
  // That it was not chosen this time says less than why it did not work last time.
  return now.why === 'not run' && before.why !== 'not run' ? before : now
}

function withVersions(record: BenchRecord, own: Versions, named: Versions): BenchRecord {
  if (!isMeasured(record)) return record
  const { versions = own, ...rest } = record
  return isSame(versions, named) ? rest : { ...rest, versions }
}

function isSame(a: Versions, b: Versions): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].every((name) => a[name] === b[name])
}

function sorted(records: readonly BenchRecord[], order: readonly string[]): BenchRecord[] {
  return order.flatMap((name) => records.find((record) => record.name === name) ?? [])
}
