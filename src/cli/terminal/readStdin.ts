import { fstatSync } from 'node:fs'

const patienceMs = 2_000

/**
 * All that was piped in, without the last line's end; empty on a terminal and when nothing is connected. In `interactive` use stdin
 * belongs to the chat and is left alone. Rejects with the signal's reason when it is aborted.
 * @param options `waits` is called when nothing has come for a while: whoever started us may have left stdin open by mistake
 */
export async function readStdin(
  stdin: NodeJS.ReadStream,
  options: { readonly interactive: boolean; readonly signal: AbortSignal; readonly waits: () => void },
): Promise<string> {
  const { interactive, signal, waits } = options
  if (stdin.isTTY || interactive || !isConnected(stdin)) return ''
  const chunks: Buffer[] = []
  const patience = setTimeout(waits, patienceMs)
  const stop = (): void => void stdin.destroy()
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const chunk of stdin) {
      clearTimeout(patience)
      chunks.push(Buffer.from(chunk as Uint8Array))
    }
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    clearTimeout(patience)
    signal.removeEventListener('abort', stop)
  }
  signal.throwIfAborted()
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '')
}

/** False for a closed stdin and for a device such as /dev/null, where waiting for the end may take for ever. */
function isConnected(stdin: NodeJS.ReadStream & { fd?: number }): boolean {
  if (stdin.fd === undefined) return true
  try {
    const stats = fstatSync(stdin.fd)
    return stats.isFIFO() || stats.isFile() || stats.isSocket()
  } catch {
    return false
  }
}
