import type { open } from 'node:fs/promises'
import { formatBytes, SanjhaError } from '../../core/index.ts'
import type { BroughtFile, Expected, HttpOrigin, TransferProgress } from './byteOrigin.ts'
import { requireSpace, spaceError } from './diskSpace.ts'
import type { Net } from './net.ts'
import { isConnectionTrouble } from './networkError.ts'
import { cancelled } from './openUrl.ts'
import { assertPlainName, findBrought, PartialFile } from './partialFile.ts'
import { Restart, transferOnce } from './transferOnce.ts'

export interface DownloadRequest {
  readonly origin: HttpOrigin
  /** The staging folder. Only one process at a time may work in it. */
  readonly directory: string
  /** What the file is called there. */
  readonly name: string
  readonly expected: Expected
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined
}

export interface DownloadTools {
  readonly net: Net
  readonly freeSpace?: (directory: string) => Promise<number>
  readonly openFile?: typeof open
}

/** Attempts in a row that bring nothing new before a source is given up. */
const maxFailures = 6
/** The same, for a source that never gave a byte: another one may do better. */
const maxFailuresAtStart = 2
const maxRestarts = 3

/**
 * Brings one file, or rejects; never half of one. It resumes what an earlier attempt left, goes on after broken,
 * stalled and refused connections (with back-off, and as long as the server's Retry-After asks), checks length and
 * digest, and fetches once more when the digest is wrong.
 *
 * Errors: `network_unreachable`, `upstream_error`, `digest_mismatch`, `disk_full`, `model_not_found`, `unauthorized`,
 * `forbidden`, `rate_limited`, `cancelled`. After any of them the same call goes on where this one stopped.
 */
export async function downloadFile(request: DownloadRequest, tools: DownloadTools): Promise<BroughtFile> {
  assertPlainName(request.name)
  const { directory, name, expected, origin, signal } = request
  const earlier = await findBrought(directory, name, expected)
  if (earlier !== undefined) {
    request.onProgress?.({ completed: earlier.size, total: earlier.size })
    return earlier
  }
  const report = monotonic(request.onProgress)
  for (let again = false; ; again = true) {
    if (signal?.aborted) throw cancelled()
    const partial = await PartialFile.open(directory, name, expected, origin.label, tools.openFile, signal)
    try {
      if (partial.length > 0) {
        report({ completed: partial.length, total: expected.size ?? partial.state.size })
      }
      await transfer(partial, request, tools, report, again)
      const received = partial.digest(expected.digest?.startsWith('sha512:') ? 'sha512' : 'sha256')
      if (expected.digest === null || received === expected.digest) return await partial.finish()
      const size = partial.length
      await partial.discard()
      if (again) throw wrongDigest(origin.label, expected.digest, received, size)
      report({
        completed: 0,
        total: expected.size,
        message: `${origin.label} gave other bytes than promised; fetching it once more.`,
      })
    } finally {
      await partial.close()
    }
  }
}

/** Until every byte is there. Keeps what was fetched when it throws. */
async function transfer(
  partial: PartialFile,
  request: DownloadRequest,
  tools: DownloadTools,
  report: (progress: TransferProgress) => void,
  again: boolean,
): Promise<void> {
  const { origin, expected, signal, directory } = request
  const { clock } = tools.net
  let failures = 0
  let restarts = 0
  let best = partial.length
  let gotBytes = false
  for (;;) {
    try {
      await transferOnce({
        partial,
        origin,
        expected,
        signal,
        net: tools.net,
        bypassCaches: again,
        onTotal: async (total) => await requireSpace(directory, total - partial.length, origin.label, tools.freeSpace),
        onBytes: (total) => report({ completed: partial.length, total }),
        onMessage: (message) =>
          report({ completed: partial.length, total: expected.size ?? partial.state.size, message }),
      })
      return
    } catch (thrown) {
      const error = spaceError(thrown, origin.label, partial.length, expected.size ?? partial.state.size)
      if (signal?.aborted) {
        await keep(partial)
        throw cancelled()
      }
      if (error instanceof Restart) {
        if (++restarts > maxRestarts) throw neverWhole(origin.label, error.message)
        report({ completed: 0, total: expected.size, message: `${origin.label}: ${error.message}; starting over.` })
        await partial.reset()
        continue
      }
      await keep(partial)
      if (!isTransient(error)) throw error
      if (partial.length > best) {
        best = partial.length
        gotBytes = true
        failures = 0
      }
      if (
        ++failures >= (gotBytes || partial.length > 0 || !isConnectionTrouble(error) ? maxFailures : maxFailuresAtStart)
      )
        throw error
      const wait = retryAfter(error) ?? Math.min(30_000, 500 * 2 ** (failures - 1))
      report({
        completed: partial.length,
        total: expected.size ?? partial.state.size,
        message: `${error.message} Trying again in ${Math.ceil(wait / 1000)} s, from ${formatBytes(partial.length)}.`,
      })
      await clock.sleep(wait, signal).catch((reason: unknown) => {
        throw signal?.aborted ? cancelled() : reason
      })
    }
  }
}

async function keep(partial: PartialFile): Promise<void> {
  // On a full disk not even the note can be written; the bytes themselves are there.
  await partial.flush().catch(() => undefined)
}

function isTransient(error: unknown): error is SanjhaError {
  if (!SanjhaError.is(error) || !error.retryable) return false
  return ['network_unreachable', 'timeout', 'upstream_error', 'rate_limited'].includes(error.code)
}

function retryAfter(error: SanjhaError): number | undefined {
  const ms = error.details?.['retryAfterMs']
  return typeof ms === 'number' ? Math.min(ms, 120_000) : undefined
}

/** Progress that never goes back, even when a download has to start over. */
function monotonic(report: ((progress: TransferProgress) => void) | undefined): (progress: TransferProgress) => void {
  let highest = 0
  return (progress) => {
    highest = Math.max(highest, progress.completed)
    report?.({ ...progress, completed: progress.total === null ? highest : Math.min(highest, progress.total) })
  }
}

function wrongDigest(label: string, promised: string, received: string, size: number): SanjhaError {
  return new SanjhaError(
    'digest_mismatch',
    `${label} gave other bytes than promised, twice: promised was ${promised}, received were ${formatBytes(size)} with ${received}. Nothing was kept.`,
    {
      hint: 'The file was replaced at its source, or something on the way changes it. Try again later or take another source.',
      details: { promised, received, size, source: label },
    },
  )
}

function neverWhole(label: string, why: string): SanjhaError {
  return new SanjhaError('upstream_error', `${label} could not be fetched whole: ${why}, again and again.`, {
    retryable: false,
    hint: 'The server, or a proxy on the way, is at fault. Take another source, or download the file yourself and name it with file://.',
  })
}
