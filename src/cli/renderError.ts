// Not through the door, which loads the database: `--help` must be there at once.
import { SanjhaError } from '../core/errors.ts'
import type { Output } from './terminal/Output.ts'

/**
 * Shows an error to a person (what happened, why, how to go on, its code) or, with `--json`, to a machine:
 * `{"error": {code, message, hint, …}}` on stdout.
 */
export function renderError(error: unknown, out: Output, debug: boolean): void {
  const known = SanjhaError.from(error)
  if (out.json) {
    out.document({ error: known.toJSON() })
    return
  }
  out.error(known.message)
  const cause = causeText(known)
  if (cause !== undefined) out.errorDetail(`Why: ${cause}`)
  const hint =
    known.hint ??
    (known.code === 'internal'
      ? 'This is a defect in Sanjha; run again with SANJHA_DEBUG=1 and report what it prints.'
      : undefined)
  if (hint !== undefined) out.errorDetail(`What you can do: ${hint}`)
  out.errorDetail(`Code: ${known.code}`)
  if (debug && error instanceof Error) out.errorDetail(error.stack ?? String(error))
}

/** The cause in words, unless the message has said it already. */
function causeText(error: SanjhaError): string | undefined {
  const { cause } = error.toJSON()
  if (cause === undefined || cause === '' || error.message.includes(cause)) return undefined
  return cause
}
