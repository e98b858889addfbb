import type { RunProgress, RunState } from '../../api/Run.ts'

/** What the server tells of a run, in order. */
export type RunEvent = { readonly sequence: number; readonly at: string } & (
  | { readonly type: 'state'; readonly state: RunState }
  | { readonly type: 'progress'; readonly progress: RunProgress }
  | { readonly type: 'step'; readonly step: string; readonly status: 'started' | 'done' | 'reused' }
  | { readonly type: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly message: string }
  | { readonly type: 'result'; readonly result: unknown }
)

export interface LogLine {
  readonly sequence: number
  readonly at: string
  readonly level: 'info' | 'warn' | 'error' | 'state'
  /** For `state`: the state. */
  readonly message: string
}

export interface StepLine {
  readonly name: string
  readonly startedAt: string
  readonly endedAt: string | null
  readonly status: 'running' | 'done' | 'reused' | 'stopped'
}

/** What happened in a run, as far as its events tell. */
export interface RunHistory {
  readonly lastSequence: number
  readonly log: readonly LogLine[]
  /** Lines of the log that were left out at its beginning. */
  readonly leftOut: number
  readonly steps: readonly StepLine[]
}

export const emptyHistory: RunHistory = { lastSequence: 0, log: [], leftOut: 0, steps: [] }

/** More than a page shows with ease. */
const keptLines = 2_000

/** The history with what came after it. An event that was told before changes nothing. */
export function foldEvents(history: RunHistory, events: readonly RunEvent[]): RunHistory {
  let { lastSequence } = history
  const log = [...history.log]
  let steps = history.steps
  for (const event of events) {
    if (event.sequence <= lastSequence) continue
    lastSequence = event.sequence
    const { sequence, at } = event
    if (event.type === 'log') log.push({ sequence, at, level: event.level, message: event.message })
    if (event.type === 'state') log.push({ sequence, at, level: 'state', message: event.state })
    steps = advanceSteps(steps, event)
  }
  const surplus = Math.max(0, log.length - keptLines)
  return { lastSequence, log: log.slice(surplus), leftOut: history.leftOut + surplus, steps }
}

function advanceSteps(steps: readonly StepLine[], event: RunEvent): readonly StepLine[] {
  const { at } = event
  if (event.type === 'progress') return begin(steps, event.progress.step, at)
  if (event.type === 'step') {
    if (event.status === 'started') return begin(steps, event.step, at)
    const status = event.status
    const known = steps.some(({ name }) => name === event.step)
    return known
      ? steps.map((step) => (step.name === event.step ? { ...step, status, endedAt: at } : step))
      : [...steps, { name: event.step, startedAt: at, endedAt: at, status }]
  }
  if (event.type !== 'state' || event.state === 'running' || event.state === 'queued') return steps
  return endRunning(steps, event.state === 'succeeded' ? 'done' : 'stopped', at)
}

/** A step that begins ends the one before; begun again, as after a resume, it takes its place anew. */
function begin(steps: readonly StepLine[], name: string, at: string): readonly StepLine[] {
  const last = steps.at(-1)
  if (last?.name === name && last.status === 'running') return steps
  const before = endRunning(steps, 'done', at).filter((step) => step.name !== name)
  return [...before, { name, startedAt: at, endedAt: null, status: 'running' }]
}

function endRunning(steps: readonly StepLine[], status: 'done' | 'stopped', at: string): readonly StepLine[] {
  return steps.map((step) => (step.status === 'running' ? { ...step, status, endedAt: at } : step))
}
