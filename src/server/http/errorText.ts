import { internalMessage, publicErrorData, type SanjhaError } from '../../core/index.ts'

/** What a person reads: the message, and how to go on. An inner defect's own words stay in the log. */
export function errorText(error: SanjhaError): string {
  if (error.code === 'internal') return internalMessage
  return error.hint === undefined ? error.message : `${error.message} ${error.hint}`
}

/** As `publicErrorData`, for those who write it down. */
export function publicError(error: SanjhaError): Record<string, unknown> {
  return { ...publicErrorData(error) }
}
