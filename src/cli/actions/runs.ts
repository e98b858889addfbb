import type { Sanjha } from '../../app/index.ts'
import { formatAge, formatDuration, SanjhaError } from '../../core/index.ts'
import type { RunRecord, RunState } from '../../runs/index.ts'
import type { CliContext } from '../CliContext.ts'
import { eventPrinter, progressLine } from './watchEvents.ts'

const states: readonly RunState[] = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted']

export async function listRuns(
  context: CliContext,
  options: { readonly state?: string | undefined; readonly kind?: string | undefined; readonly limit: string },
): Promise<void> {
  const state = states.find((known) => known === options.state)
  if (options.state !== undefined && state === undefined) {
    throw new SanjhaError('invalid_request', `--state takes one of ${states.join(', ')}.`, { param: 'argv' })
  }
  const limit = Number(options.limit)
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new SanjhaError('invalid_request', '--limit takes a whole number of at least 1.', { param: 'argv' })
  }
  const sanjha = await context.openApp()
  const runs = sanjha.runs.list({
    limit,
    ...(state !== undefined && { state }),
    ...(options.kind !== undefined && { kind: options.kind }),
  })
  const { out } = context
  if (out.json) {
    out.document(runs)
    return
  }
  out.table(
    ['ID', 'STATE', 'WHAT', 'PROGRESS', 'CREATED'],
    runs.map((run) => [
      run.id,
      run.state,
      run.title,
      run.progress === null || run.state === 'succeeded' ? '-' : progressLine(run.progress),
      formatAge(Date.parse(run.createdAt), Date.now()),
    ]),
  )
  if (runs.length === 0) out.hint('No long work yet. `sanjha pull smollm2` would be some.')
}

export async function showRun(context: CliContext, id: string): Promise<void> {
  const sanjha = await context.openApp()
  const run = findRun(sanjha, id)
  const { out } = context
  if (out.json) {
    out.document(run)
    return
  }
  const rows: (readonly [string, string])[] = [
    ['Id', run.id],
    ['What', run.title],
    ['State', run.state],
    ['Attempts', String(run.attempts)],
    ['Created', run.createdAt],
    ['Started', run.startedAt ?? '-'],
    ['Ended', run.endedAt ?? '-'],
  ]
  if (run.startedAt !== null && run.endedAt !== null) {
    rows.push(['Took', formatDuration(Date.parse(run.endedAt) - Date.parse(run.startedAt))])
  }
  if (run.progress !== null) rows.push(['Progress', progressLine(run.progress)])
  for (const [label, value] of rows) out.line(`${label.padEnd(9)} ${value}`)
  if (run.error !== null) {
    out.line(`Error     ${run.error.message} (${run.error.code})`)
    if (run.error.hint !== undefined) out.line(`          ${run.error.hint}`)
  }
  if (run.result !== null && run.result !== undefined) out.line(`Result    ${JSON.stringify(run.result)}`)
  if (run.state === 'failed' || run.state === 'cancelled' || run.state === 'interrupted')
    out.hint(`sanjha runs resume ${run.id}`)
}

export async function watchRun(context: CliContext, id: string): Promise<void> {
  const sanjha = await context.openApp()
  await follow(context, sanjha, findRun(sanjha, id).id)
}

export async function cancelRun(context: CliContext, id: string): Promise<void> {
  const sanjha = await context.openApp()
  const run = sanjha.runs.cancel(findRun(sanjha, id).id)
  const { out } = context
  if (out.json) out.document(run)
  else out.line(`${run.id}  ${run.state === 'cancelled' ? 'cancelled' : 'is being cancelled'}`)
}

export async function resumeRun(context: CliContext, id: string): Promise<void> {
  const sanjha = await context.openApp()
  const run = sanjha.runs.resume(findRun(sanjha, id).id)
  await follow(context, sanjha, run.id)
}

async function follow(context: CliContext, sanjha: Sanjha, id: string): Promise<void> {
  const { out, signal } = context
  const show = eventPrinter(out)
  for await (const event of sanjha.runs.events(id, 0, signal)) {
    if (out.json) out.record(event)
    else show(event)
  }
  const ended = await sanjha.runs.wait(id, signal)
  if (ended.error !== null) throw SanjhaError.fromJSON(ended.error)
  if (!out.json) out.line(`${ended.id}  ${ended.state}`)
  if (ended.state !== 'succeeded')
    throw new SanjhaError('cancelled', `The run was ${ended.state}.`, { hint: `sanjha runs resume ${ended.id}` })
}

/** A run by id or by an unambiguous beginning of one, with or without what all ids begin with. */
function findRun(sanjha: Sanjha, id: string): RunRecord {
  const exact = sanjha.runs.get(id)
  if (exact !== undefined) return exact
  const beginning = withoutKind(id.toLowerCase())
  const matches =
    beginning.length < 4
      ? []
      : sanjha.runs.list({ limit: 1000 }).filter((run) => withoutKind(run.id).startsWith(beginning))
  const [only] = matches
  if (matches.length === 1 && only !== undefined) return only
  throw new SanjhaError(
    'not_found',
    matches.length > 1 ? `“${id}” is the beginning of ${matches.length} runs.` : `There is no run “${id}”.`,
    {
      hint: '`sanjha runs list` shows their ids.',
    },
  )
}

const withoutKind = (id: string): string => id.replace(/^run_/, '')
