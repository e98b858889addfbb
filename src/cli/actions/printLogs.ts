import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SanjhaError } from '../../core/index.ts'
import { engineLogName } from '../../engine/index.ts'
import type { CliContext } from '../CliContext.ts'

/** How often a followed file is looked at. A watcher misses changes on network file systems; a look costs nothing. */
const followIntervalMs = 250

export async function printLogs(
  context: CliContext,
  model: string | undefined,
  options: { readonly follow?: true; readonly lines: string },
): Promise<void> {
  const count = Number(options.lines)
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new SanjhaError('invalid_request', '--lines takes a whole number of at least 0.', { param: 'argv' })
  }
  const sanjha = await context.openApp()
  const { out, signal } = context
  const stored = model === undefined ? undefined : await sanjha.models.find(model)
  const file = await findLog(
    sanjha.paths.logs,
    model === undefined ? undefined : [model, ...(stored ? [stored.name, ...stored.aliases] : [])],
  )
  const text = await readFile(file, 'utf8')
  const lines = text.split('\n').slice(0, -1)
  for (const line of count === 0 ? [] : lines.slice(-count)) out.line(line)
  if (!options.follow) return
  let position = Buffer.byteLength(text)
  while (!signal.aborted) {
    const { size } = await stat(file)
    if (size < position) position = 0 // rotated
    if (size > position) {
      for await (const chunk of createReadStream(file, { start: position, end: size - 1, encoding: 'utf8' }))
        out.piece(chunk as string)
      position = size
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, followIntervalMs)
      function done(): void {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      signal.addEventListener('abort', done)
    })
  }
}

/** The log of the server, or of the engine of one model under any of its names: the newest where there are several. */
async function findLog(directory: string, names: readonly string[] | undefined): Promise<string> {
  const files = names === undefined ? ['server.log'] : names.map((name) => engineLogName(name))
  const found: { path: string; time: number }[] = []
  for (const file of files) {
    const path = join(directory, file)
    const stats = await stat(path).catch(() => undefined)
    if (stats !== undefined) found.push({ path, time: stats.mtimeMs })
  }
  const newest = found.toSorted((a, b) => b.time - a.time)[0]
  if (newest !== undefined) return newest.path
  throw new SanjhaError(
    'not_found',
    names === undefined ? 'The server has not written a log yet.' : `There is no log of an engine for “${names[0]}”.`,
    { hint: `Logs are in ${directory}.` },
  )
}
