/**
 * A set-up step that failed in a way that is understood. It is shown as text, never as a stack trace.
 */
export class SetupFailure extends Error {
  /**
   * @param {string} message what happened and why
   * @param {string} [hint] how to go on
   */
  constructor(message, hint) {
    super(message)
    this.name = 'SetupFailure'
    this.hint = hint
  }
}

/**
 * Any thrown value as a failure with plain words.
 * @param {unknown} error
 * @param {string} doing what was being done, e.g. `Building Sanjha`
 * @returns {SetupFailure}
 */
export function explainFailure(error, doing) {
  if (error instanceof SetupFailure) return error
  const { code, path, message } = /** @type {NodeJS.ErrnoException} */ (
    error instanceof Error ? error : new Error(String(error))
  )
  const where = path ? ` (${path})` : ''
  if (code === 'ENOSPC' || code === 'EDQUOT') return noSpace(doing)
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return notWritable(doing, where)
  return new SetupFailure(`${doing} failed: ${message}`)
}

/**
 * @param {string} doing
 * @param {string} [numbers]
 */
export function noSpace(doing, numbers = '') {
  return new SetupFailure(
    `${doing} failed: there is not enough space on the disk${numbers}.`,
    'Free some space and start again: what is done already is kept.',
  )
}

/**
 * @param {string} doing
 * @param {string} [where] in parentheses, with a leading space
 */
export function notWritable(doing, where = '') {
  return new SetupFailure(
    `${doing} failed: this folder cannot be written to${where}.`,
    'Make it writable for you, or clone Sanjha into a folder of your own. Once set up, a read-only folder is enough.',
  )
}

/**
 * Shows a failure on stderr and gives the exit code.
 * @param {unknown} error
 * @param {string} doing
 * @returns {number} 1
 */
export function reportFailure(error, doing) {
  const failure = explainFailure(error, doing)
  process.stderr.write(`\nError: ${failure.message}\n${failure.hint ? `${failure.hint}\n` : ''}`)
  return 1
}
