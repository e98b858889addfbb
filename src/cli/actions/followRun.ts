import type { Sanjha } from '../../app/index.ts'
import { SanjhaError } from '../../core/index.ts'
import type { CliContext } from '../CliContext.ts'
import { eventPrinter } from './watchEvents.ts'

/** Long work that a command begins. */
export interface FollowedRun {
  readonly kind: string
  readonly input: unknown
  /** `The pull was interrupted.` */
  readonly interrupted: string
  /** The command that goes on where an interrupted one stopped. */
  readonly again: string
}

/**
 * Begins a run, shows its events to its end, and gives its result. Ctrl-C cancels it; one that came earlier begins none.
 * Errors: the run's own; `cancelled`.
 */
export async function followRun<Result>(
  { out, signal }: Pick<CliContext, 'out' | 'signal'>,
  { runs }: Pick<Sanjha, 'runs'>,
  { kind, input, interrupted, again }: FollowedRun,
): Promise<Result> {
  signal.throwIfAborted()
  const { id } = runs.start(kind, input)
  const stop = (): void => {
    try {
      runs.cancel(id)
    } catch (error) {
      // It ended in the very moment. Thrown from a signal's listener, anything would end the process with a stack trace.
      const known = SanjhaError.from(error)
      if (known.code !== 'conflict') out.warn(known.message)
    }
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    const show = eventPrinter(out)
    for await (const event of runs.events(id, 0, new AbortController().signal)) show(event)
  } finally {
    signal.removeEventListener('abort', stop)
  }
  const ended = await runs.wait(id)
  if (ended.state === 'cancelled' || ended.state === 'interrupted') {
    out.hint(`What was fetched is kept: \`${again}\` goes on from here.`)
    throw new SanjhaError('cancelled', interrupted)
  }
  if (ended.error !== null) throw SanjhaError.fromJSON(ended.error)
  return ended.result as Result
}
