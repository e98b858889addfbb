import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomic } from '../../src/core/index.ts'
import { benchmarks } from '../benchmarks.ts'
import { checkout } from '../support/checkout.ts'
import { benchmarksPage } from './page.ts'
import { type BenchRecord, type Report, reportSchema } from './record.ts'

const results = join(checkout, 'bench', 'results')

/** The one result file; git ignores it. */
export const resultFile: string = join(results, 'latest.json')

/** Trials go elsewhere, so that they never take the place of something measured. */
export const quickFile: string = join(results, 'quick.json')

const published = join(checkout, 'docs', 'reference')

/** Adds records to the result file; of each benchmark the last is kept. Another machine begins anew. */
export async function addRecords(
  path: string,
  machine: Report['machine'],
  versions: Report['versions'],
  records: readonly BenchRecord[],
): Promise<Report> {
  const before = readReport(path)
  const isSame = before !== undefined && JSON.stringify(before.machine) === JSON.stringify(machine)
  const all = new Map((isSame ? before.records : []).map((record) => [record.name, record]))
  for (const record of records) all.set(record.name, record)
  const report: Report = {
    machine,
    versions,
    records: benchmarks.flatMap(({ name }) => all.get(name) ?? []),
  }
  await writeFileAtomic(path, `${JSON.stringify(report, null, 2)}\n`)
  return report
}

/** Writes the committed result file and the page made from it. */
export async function publish(): Promise<readonly string[]> {
  const report = readReport(resultFile)
  if (report === undefined) throw new Error('There are no results yet: npm run bench')
  const missing = benchmarks.filter(({ name }) => !report.records.some((record) => record.name === name))
  const wrong = [
    ...missing.map(({ name }) => `${name} was not run`),
    ...report.records.filter(({ quick }) => quick).map(({ name }) => `${name} was only tried (--quick)`),
    ...report.records
      .filter(({ threads }) => threads !== undefined)
      .map(({ name }) => `${name} was run with --threads`),
    ...report.records.filter(({ failed }) => failed !== undefined).map(({ name }) => `${name} failed`),
  ]
  if (wrong.length > 0) throw new Error(`This is not to be published:\n- ${wrong.join('\n- ')}`)
  const paths = [join(published, 'benchmarks.json'), join(published, 'benchmarks.md')] as const
  const text = compact(report)
  await writeFileAtomic(paths[0], `${text}\n`)
  // From what was written, not from what was measured: rounding must not make page and file differ.
  await writeFileAtomic(paths[1], benchmarksPage(reportSchema.parse(JSON.parse(text))))
  return paths
}

function readReport(path: string): Report | undefined {
  if (!existsSync(path)) return undefined
  return reportSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data
}

/** Lists of numbers on one line each, with the digits that mean something: a file that people can read and diff. */
function compact(report: Report): string {
  const rounded = JSON.stringify(
    report,
    (key, value: unknown) =>
      typeof value === 'number' && key !== 'memoryBytes' && !Number.isInteger(value)
        ? Number(value.toPrecision(5))
        : value,
    2,
  )
  return rounded.replaceAll(/\[\s+(-?[\d.e+,\s-]+?)\s+\]/g, (_, list: string) => `[${list.replaceAll(/\s+/g, ' ')}]`)
}
