import type { Target, Unit } from '../contract.ts'
import { digits, formatSpread, formatValue } from './formatValue.ts'
import { type Judged, judge } from './judge.ts'
import type { BenchRecord, Report } from './record.ts'

/** The reference page, made from the committed result file and nothing else. */
export function benchmarksPage(report: Report): string {
  const { machine, versions, records } = report
  const judged = records.flatMap((record) => record.measurements.flatMap((m) => judge(m)?.outcome ?? []))
  const met = judged.filter((outcome) => outcome.startsWith('met')).length
  return `# Benchmarks

Measured on ${machine.processor}, ${machine.cores} cores, ${digits(machine.memoryBytes / 2 ** 30)} GiB, ${machine.system}, with SmolLM2-135M-Instruct Q4_1.
${Object.entries(versions)
  .map(([name, version]) => `${name} ${version}`)
  .join(', ')}.

Both sides of a comparison run in turn (A B, B A, …) in one session, after warm-ups. A row shows the median of the rounds and, in brackets,
the smallest and the largest; comparisons are made round by round, with a 95 % bootstrap interval of their median. A target is *met* when the
median meets it and *unsure* when the interval does not settle it. The speed of the memory sets a limit to one stream; \`engine.limit\` says where
it is and how near both sides come.

**${met} of ${judged.length} targets are met.**

${records.map(section).join('\n')}
Made by \`npm run bench -- --publish\` from [benchmarks.json](benchmarks.json), which holds the value of every round. Run it yourself:
\`npm run bench -- --prepare\` builds the peers, \`npm run bench\` runs everything, \`npm run bench -- engine.speed --rounds 9\` a part.
`
}

function section(record: BenchRecord): string {
  const { name, summary, date, rounds, seconds, loadBefore, threads, quick, commit, skipped, failed } = record
  const how = [
    date.slice(0, 16).replace('T', ' '),
    `commit ${commit}`,
    `${rounds} ${rounds === 1 ? 'round' : 'rounds'}`,
    `${seconds.toFixed(0)} s`,
    ...(loadBefore === null ? [] : [`load average before ${loadBefore.toFixed(2)}`]),
    ...(threads === undefined ? [] : [`**held to ${threads} ${threads === 1 ? 'thread' : 'threads'}**`]),
    ...(quick ? ['**a quick trial: the numbers are worth nothing**'] : []),
  ].join(', ')
  const body = skipped ?? failed
  const notes = record.notes.map((note) => `- ${note}\n`).join('')
  return `## ${name}
${summary}

*${how}.*

${body === undefined ? table(record) : `Not measured: ${body}\n`}${notes === '' ? '' : `\n${notes}`}`
}

function table(record: BenchRecord): string {
  const rows = record.measurements.map((m) => {
    const it = judge(m)
    if (it === undefined) return [m.label, 'not measured', '', '', '', '']
    return [
      m.label,
      formatSpread(it.ours, m.unit),
      m.peer && it.peer ? `${m.peer.name}: ${formatSpread(it.peer, m.unit)}` : '',
      formatCompared(it, m.unit),
      m.target ? formatTarget(m.target, m.unit) : '',
      it.outcome ?? '',
    ]
  })
  const head = ['What', 'Sanjha', 'Against', 'Compared', 'Target', '']
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
