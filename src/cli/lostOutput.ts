import type { CliIo } from './CliContext.ts'
import { exitCodes } from './exitCodes.ts'

/**
 * What happens when nothing can be written to stdout or stderr any more. Whoever reads our output (`head`, a pager) may
 * have seen enough: then the program ends as those do that know nothing of this, which is no failure to tell of. On a full
 * disk the data is lost, and that is. A command may `outlive` its readers: a server serves on.
 */
export function handleLostOutput(
  { stdout, stderr }: Pick<CliIo, 'stdout' | 'stderr'>,
  exit: (status: number) => void = process.exit,
): { outlive(): void } {
  let outlives = false
  const onError =
    (carriesData: boolean) =>
    (error: NodeJS.ErrnoException): void => {
      if (outlives) return
      if (error.code === 'EPIPE') exit(exitCodes.unread)
      else if (carriesData) {
        stderr.write(`Error: The output cannot be written: ${reasons[error.code ?? ''] ?? error.message}.\n`)
        exit(exitCodes.failed)
      }
      // Without stderr there is nowhere left to say so; the data may still arrive.
    }
  stdout.on('error', onError(true))
  stderr.on('error', onError(false))
  return {
    outlive: () => {
      outlives = true
    },
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'there is no space left on the disk',
  EDQUOT: 'the disk quota of this user is used up',
  EIO: 'the terminal or the disk reports an error',
  EFBIG: 'the file would become too large',
}
