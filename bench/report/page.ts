import type { Target, Unit } from '../contract.ts'
import { digits, formatLimit, formatSpread, formatValue } from './formatValue.ts'
import { type Judged, judge } from './judge.ts'
import { isMeasured, type MeasuredRecord, type Report, type UnmeasuredRecord, type Versions } from './record.ts'

/** The reference page, made from the committed result file and nothing else. */
export function benchmarksPage(report: Report): string {
  const { machine, versions, records } = report
  const measured = records.filter(isMeasured)
  const judged = measured.flatMap((record) => record.measurements.flatMap((m) => judge(m)?.outcome ?? []))
  const met = judged.filter((outcome) => outcome.startsWith('met')).length
  const missing = records.filter((record) => !isMeasured(record)).map(({ name }) => name)
  return `# Benchmarks

Measured on ${machine.processor}, ${machine.cores} cores, ${digits(machine.memoryBytes / 2 ** 30)} GiB, ${machine.system}, with SmolLM2-135M-Instruct Q4_1.
${list(versions)}.
Each part says when, and of which commit, it was measured.

Both sides of a comparison run in turn (A B, B A, …) in one session, after warm-ups. A row shows the median of the rounds and, in brackets,
the smallest and the largest; comparisons are made round by round, with a 95 % bootstrap interval of their median. A target is *met* when the
median meets it and *unsure* when the interval does not settle it. The speed of the memory sets a limit to one stream; \`engine.limit\` says where
it is, and the last column how near each side comes, where there is one.

**${met} of ${judged.length} targets are met.**${missing.length === 0 ? '' : ` Not measured: ${missing.map((name) => `\`${name}\``).join(', ')}.`}

${records.map((record) => (isMeasured(record) ? section(record) : unmeasured(record))).join('\n')}
Made by \`npm run bench -- --publish\` from [benchmarks.json](benchmarks.json), which holds the value of every round. Run it yourself:
\`npm run bench -- --prepare\` builds the peers, \`npm run bench\` runs everything, \`npm run bench -- engine.speed --rounds 24\` a part.
`
}

function unmeasured({ name, summary, date, commit, why, reason }: UnmeasuredRecord): string {
  const text = reason.replaceAll(/\s+/g, ' ').slice(0, 300)
  return `## ${name}
${summary}

*${moment(date)}, commit ${commit}.*

Not measured: ${why === 'failed' ? `it failed. ${text}` : text}
`
}

function moment(date: string): string {
  return date.slice(0, 16).replace('T', ' ')
}

function list(versions: Versions): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
}

function section(record: MeasuredRecord): string {
  const { name, summary, date, rounds, seconds, loadBefore, threads, quick, commit, versions, failedSince } = record
  const how = [
    moment(date),
    `commit ${commit}`,
    `${rounds} ${rounds === 1 ? 'round' : 'rounds'}`,
    `${seconds.toFixed(0)} s`,
    ...(loadBefore === null ? [] : [`load average before ${loadBefore.toFixed(2)}`]),
    ...(threads === undefined ? [] : [`**held to ${threads} ${threads === 1 ? 'thread' : 'threads'}**`]),
    ...(versions === undefined ? [] : [`with ${list(versions)}`]),
    ...(quick ? ['**a quick trial: the numbers are worth nothing**'] : []),
  ].join(', ')
  const notes = [
    ...record.notes,
    ...(failedSince === undefined
      ? []
      : [`**Run again on ${moment(failedSince.date)}, commit ${failedSince.commit}, it failed.**`]),
  ]
  return `## ${name}
${summary}

*${how}.*

${table(record)}${notes.length === 0 ? '' : `\n${notes.map((note) => `- ${note}\n`).join('')}`}`
}

function table({ measurements }: MeasuredRecord): string {
  const hasLimit = measurements.some(({ limit }) => limit !== undefined)
  const rows = measurements.map((m) => {
    const it = judge(m)
    if (it === undefined) return [m.label, 'not measured', '', '', '', '', ...(hasLimit ? [''] : [])]
    return [
      m.label,
      formatSpread(it.ours, m.unit),
      m.peer && it.peer ? `${m.peer.name}: ${formatSpread(it.peer, m.unit)}` : '',
      formatCompared(it, m.unit),
      m.target ? formatTarget(m.target, m.unit) : '',
      it.outcome ?? '',
      ...(hasLimit ? [it.limit ? formatLimit(it.limit, m.unit) : ''] : []),
    ]
  })
  const head = ['What', 'Sanjha', 'Against', 'Compared', 'Target', '', ...(hasLimit ? ['Of the limit'] : [])]
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function formatCompared({ compared, of }: Judged, unit: Unit): string {
  if (compared === undefined) return ''
  const { median, low, high } = compared
  const interval = low === high ? '' : ` [${digits(low)}, ${digits(high)}]`
  if (of === 'difference') return `${median < 0 ? '−' : '+'}${formatValue(Math.abs(median), unit)}${interval}`
  return of === 'ratio' ? `${digits(median)} ×${interval}` : `${digits(median)} × sooner${interval}`
}

function formatTarget({ of, atLeast, atMost }: Target, unit: Unit): string {
  const bound = (value: number): string =>
    of === 'value' ? formatValue(value, unit) : of === 'difference' ? `+${formatValue(value, unit)}` : `${value} ×`
  return [
    ...(atLeast === undefined ? [] : [`≥ ${bound(atLeast)}`]),
    ...(atMost === undefined ? [] : [`≤ ${bound(atMost)}`]),
  ].join(', ')
}
