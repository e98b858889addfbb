import { existsSync, readFileSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../../src/core/index.ts'
import { benchmarks } from '../benchmarks.ts'
import { checkout } from '../support/checkout.ts'
import { joinReports } from './joinReports.ts'
import { benchmarksPage } from './page.ts'
import { type BenchRecord, isMeasured, type Report, reportSchema, type UnmeasuredRecord } from './record.ts'

const results = join(checkout, 'bench', 'results')
const order = benchmarks.map(({ name }) => name)

/** The one result file; git ignores it. */
export const resultFile: string = join(results, 'latest.json')

/** Trials go elsewhere, so that they never take the place of something measured. */
export const quickFile: string = join(results, 'quick.json')

/** What is committed. */
export const publishedFolder: string = join(checkout, 'docs', 'reference')

/** Adds records to the result file, see `joinReports`. Another machine begins anew. */
export async function addRecords(
  path: string,
  machine: Report['machine'],
  versions: Report['versions'],
  records: readonly BenchRecord[],
): Promise<Report> {
  const before = readReport(path)
  // Of an older form: kept beside, for whoever needs it.
  if (before === undefined && existsSync(path)) await rename(path, `${path}.old`)
  const isSame = before !== undefined && isSameMachine(before, machine)
  const report = joinReports(isSame ? before : undefined, { machine, versions, records }, order)
  await writeFileAtomic(path, `${JSON.stringify(report, null, 2)}\n`)
  return report
}

export interface Published {
  /** Files that were written. */
  readonly paths: readonly string[]
  /** Names of the benchmarks whose numbers are of the result file. */
  readonly taken: readonly string[]
  /** What was measured but is not to be published, and why. */
  readonly left: readonly string[]
}

/**
 * Joins what was measured to what is published: a part can be measured anew, and the rest stays with its own date and commit. Errors:
 * a plain `Error` when there is nothing to publish, or a part was measured on another machine than the rest.
 */
export async function publish(from: string = resultFile, folder: string = publishedFolder): Promise<Published> {
  const measured = readReport(from)
  if (measured === undefined) throw new Error('There are no results yet: npm run bench')
  const left: string[] = []
  const records = measured.records.map((record): BenchRecord => {
    const reason = unfit(record)
    if (reason === undefined) return isMeasured(record) ? record : { ...record, reason: withoutPaths(record.reason) }
    left.push(`${record.name} ${reason}`)
    const { name, summary, date, commit } = record
    return { name, summary, date, commit, why: 'not run', reason: 'It was only tried.' }
  })
  const taken = records.filter(isMeasured).map(({ name }) => name)
  const paths = [join(folder, 'benchmarks.json'), join(folder, 'benchmarks.md')] as const
  const before = readReport(paths[0])
  if (before === undefined && existsSync(paths[0])) throw new Error(`${paths[0]} is no result file of this version.`)
  const isOther = before !== undefined && !isSameMachine(before, measured.machine)
  if (isOther && taken.length < order.length) {
    throw new Error(
      `What is published was measured on another machine (${before.machine.processor}, ${before.machine.system}), and parts of two machines do not go together: run everything.`,
    )
  }
  const text = compact(joinReports(isOther ? undefined : before, { ...measured, records }, order))
  await writeFileAtomic(paths[0], `${text}\n`)
  // From what was written, not from what was measured: rounding must not make page and file differ.
  await writeFileAtomic(paths[1], benchmarksPage(reportSchema.parse(JSON.parse(text))))
  return { paths, taken, left }
}

function unfit(record: BenchRecord): string | undefined {
  if (!isMeasured(record)) return undefined
  if (record.quick) return 'was only tried (--quick)'
  if (record.threads !== undefined) return 'was run with --threads'
  return undefined
}

/** Of every benchmark: a run says of each why it has no numbers, until it has. */
export function notRun(
  chosen: readonly { readonly name: string }[],
  { date, commit }: { readonly date: string; readonly commit: string },
): UnmeasuredRecord[] {
  return benchmarks.map(({ name, summary }) => ({
    name,
    summary,
    date,
    commit,
    why: 'not run',
    reason: chosen.some((one) => one.name === name) ? 'The run ended before it.' : 'It was not selected in this run.',
  }))
}

/** Why something failed may name files of this machine, which are nobody's business. */
function withoutPaths(reason: string): string {
  return reason
    .replaceAll('file://', '')
    .replaceAll(/(?<![\w./:])(?:[A-Za-z]:)?(?:[\\/][\w.@+~-]+)+[\\/]([\w.@+~-]+)/g, '…/$1')
}

function isSameMachine(report: Report, machine: Report['machine']): boolean {
  return JSON.stringify(report.machine) === JSON.stringify(machine)
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
