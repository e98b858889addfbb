import type { SanjhaError } from '../../core/index.ts'

const internalMessage = 'Something went wrong inside Sanjha; the log says what.'

/** What a person reads: the message, and how to go on. An inner defect's own words stay in the log. */
export function errorText(error: SanjhaError): string {
  if (error.code === 'internal') return internalMessage
  return error.hint === undefined ? error.message : `${error.message} ${error.hint}`
}

/** All that an error may tell a client: its data without the inner cause, which may hold paths or addresses. */
export function publicError(error: SanjhaError): Record<string, unknown> {
  const { cause: _cause, ...data } = error.toJSON()
  return data.code === 'internal' ? { ...data, message: internalMessage } : { ...data }
}
