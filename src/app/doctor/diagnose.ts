import { SanjhaError } from '../../core/index.ts'
import type { Sanjha } from '../contract.ts'
import type { Check, Diagnosis } from './contract.ts'

/** Runs every check, one after the other, and yields each finding as it is made. A check that fails is itself a finding. */
export async function* diagnose(
  sanjha: Sanjha,
  options: { readonly offline: boolean; readonly signal: AbortSignal; readonly checks?: readonly Check[] },
): AsyncGenerator<Diagnosis> {
  // Loaded when they are wanted: every command opens the door to this room.
  const checks = options.checks ?? (await import('./checks.ts')).checks
  for (const check of checks) {
    const { id, title } = check
    if (check.network && options.offline) {
      yield { id, title, outcome: 'skipped', message: 'Not asked: offline.' }
      continue
    }
    try {
      yield { id, title, ...(await check.run(sanjha, options.signal)) }
    } catch (error) {
      options.signal.throwIfAborted()
      const { message, hint } = SanjhaError.from(error)
      yield {
        id,
        title,
        outcome: 'problem',
        message,
        remedy: hint ?? 'Run with SANJHA_DEBUG=1 and report what it prints.',
      }
    }
  }
}
