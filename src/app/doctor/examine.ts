import type { Sanjha } from '../contract.ts'
import type { Check, Diagnosis } from './contract.ts'
import { diagnose } from './diagnose.ts'

export interface ExamineOptions {
  readonly offline: boolean
  /** Load the smallest model to see whether the engine works. Else only what is loaded is looked at. */
  readonly loadEngine: boolean
  readonly signal: AbortSignal
  /** How long one check may take. Default 30,000. */
  readonly timeoutMs?: number
  readonly checks?: readonly Check[]
}

/** All findings at once, the checks beside each other and none for ever: for those who wait for one answer. */
export async function examine(sanjha: Sanjha, options: ExamineOptions): Promise<Diagnosis[]> {
  const { offline, loadEngine, signal, timeoutMs = 30_000 } = options
  const checks = options.checks ?? (await import('./checks.ts')).checks
  return Promise.all(
    checks
      .map((check) => (check.id === 'engine' && !loadEngine ? lookAtEngines(check) : check))
      .map((check) => inTime(check, (within) => first(diagnose(sanjha, { offline, signal: within, checks: [check] })))),
  )

  async function inTime(
    check: Check,
    run: (signal: AbortSignal) => Promise<Diagnosis | undefined>,
  ): Promise<Diagnosis> {
    const { id, title } = check
    const deadline = AbortSignal.timeout(timeoutMs)
    const late: Diagnosis = {
      id,
      title,
      outcome: 'warning',
      message: `No answer within ${timeoutMs / 1000} s.`,
      remedy: 'Try again, or run `sanjha doctor` on the machine itself.',
    }
    // What is checked may not heed the signal: a disk that hangs, say.
    const { promise: ended, resolve } = Promise.withResolvers<Diagnosis>()
    deadline.addEventListener('abort', () => resolve(late), { once: true })
    const found = run(AbortSignal.any([signal, deadline])).catch((error: unknown) => {
      signal.throwIfAborted()
      if (deadline.aborted) return late
      throw error
    })
    return (await Promise.race([found, ended])) ?? late
  }
}

/** Loading a model to try the engine would unload it afterwards, also one that somebody uses. */
function lookAtEngines({ id, title }: Check): Check {
  return {
    id,
    title,
    network: false,
    run: async ({ engines }) => {
      const ready = engines.list().find((model) => model.engine === 'llama' && model.state === 'ready')
      if (ready === undefined) {
        return { outcome: 'skipped', message: 'No model is loaded; none was loaded to try the engine.' }
      }
      const { devices = [], threads = 0 } = ready.status ?? {}
      return { outcome: 'ok', message: `${ready.model} is loaded (${[...devices, `${threads} threads`].join(', ')}).` }
    },
  }
}

async function first(findings: AsyncIterable<Diagnosis>): Promise<Diagnosis | undefined> {
  for await (const finding of findings) return finding
  return undefined
}
