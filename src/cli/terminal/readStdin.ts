import { fstatSync } from 'node:fs'

/**
 * All that was piped in, without the last line's end; empty on a terminal and when nothing is connected. In `interactive` use stdin
 * belongs to the chat and is left alone.
 */
export async function readStdin(stdin: NodeJS.ReadStream, interactive: boolean): Promise<string> {
  if (stdin.isTTY || interactive || !isConnected(stdin)) return ''
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array))
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
