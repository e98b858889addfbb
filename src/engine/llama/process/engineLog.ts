import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Logger, silentLogger } from '../../../core/index.ts'

export interface EngineLogOptions {
  /** Bytes after which the file is put aside. Default 5 MiB. */
  readonly maxBytes?: number
  /** How many older files are kept, as `.1` (newest) to `.N`. Default 3. */
  readonly keep?: number
  /** How many last lines are remembered. Default 20. */
  readonly tailLines?: number
  readonly log?: Logger
}

/** Where the output of one engine's process goes: a file that does not grow without end, and the last lines in memory. */
export interface EngineLog {
  readonly path: string
  write(chunk: Uint8Array | string): void
  /** The last lines, oldest first. */
  tail(): string[]
  close(): void
}

/**
 * Opens the log for appending. Writes are synchronous: a crash is described by the very last lines, and engines write few.
 * A log that cannot be written is said once and does not stop the engine.
 */
export function openEngineLog(path: string, options: EngineLogOptions = {}): EngineLog {
  const { maxBytes = 5 * 1024 * 1024, keep = 3, tailLines = 20, log = silentLogger } = options
  let file: number | undefined
  let size = 0
  let complained = false
  let partial = ''
  const lines: string[] = []

  const attempt = (work: () => void): void => {
    try {
      work()
    } catch (error) {
      if (!complained) log.warn({ path, reason: (error as Error).message }, 'The engine log cannot be written.')
      complained = true
    }
  }
  const open = (): void => {
    mkdirSync(dirname(path), { recursive: true })
    file = openSync(path, 'a', 0o600)
    size = statSync(path).size
  }
  const rotate = (): void => {
    if (file !== undefined) closeSync(file)
    file = undefined
    for (let index = keep - 1; index >= 1; index--) moveIfThere(`${path}.${index}`, `${path}.${index + 1}`)
    moveIfThere(path, `${path}.1`)
    open()
  }
  const remember = (text: string): void => {
    const pieces = (partial + text).split('\n')
    // A line without end must not grow without end either.
    partial = (pieces.pop() ?? '').slice(-4096)
    for (const line of pieces) if (line.trim() !== '') lines.push(line.slice(0, 4096))
    lines.splice(0, lines.length - tailLines)
  }
  attempt(open)

  return {
    path,
    write: (chunk) => {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      remember(Buffer.from(bytes).toString('utf8'))
      attempt(() => {
        if (size + bytes.length > maxBytes && size > 0) rotate()
        if (file === undefined) return
        writeSync(file, bytes)
        size += bytes.length
      })
    },
    tail: () => (partial.trim() === '' ? [...lines] : [...lines, partial].slice(-tailLines)),
    close: () => {
      if (file !== undefined) attempt(() => closeSync(file as number))
      file = undefined
    },
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
