import { isNodeError, SanjhaError } from '../core/index.ts'

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'the disk is read-only',
  ENOTDIR: 'a part of the path is a file',
  EIO: 'the disk reports an error',
}

/**
 * Whatever went wrong with the store's files, as an error for people: `disk_full`, `forbidden`, or what
 * `SanjhaError.from` makes of it.
 * @param root the store's directory
 */
export function storeError(error: unknown, root: string): SanjhaError {
  if (SanjhaError.is(error) || !isNodeError(error)) return SanjhaError.from(error)
  if (error.code === 'EDQUOT') {
    return new SanjhaError('disk_full', 'The disk quota of this user is used up.', {
      cause: error,
      hint: 'Free some space (`sanjha rm MODEL` removes a model) and try again.',
    })
  }
  const reason = error.code === undefined ? undefined : reasons[error.code]
  if (reason === undefined) return SanjhaError.from(error)
  return new SanjhaError('forbidden', `The model store ${root} cannot be used: ${reason} (${error.path ?? root}).`, {
    cause: error,
    hint: 'Check who owns the folder, or set SANJHA_HOME to another one.',
  })
}
