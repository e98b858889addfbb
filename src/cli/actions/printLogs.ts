import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { SanjhaError } from '../../core/index.ts'
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

/** The newest log of the server, or of the engine of one model under any of its names. */
async function findLog(directory: string, names: readonly string[] | undefined): Promise<string> {
  const files = await readdir(directory).catch(() => [])
  const wanted = names?.map((name) => `engine-${name.replace(/[^A-Za-z0-9._-]+/g, '-')}`)
  const candidates: { path: string; time: number }[] = []
  for (const file of files) {
    if (!file.endsWith('.log')) continue
    const stem = basename(file, '.log')
    const matches =
      wanted === undefined
        ? stem === 'server'
        : wanted.some((prefix) => stem === prefix || stem.startsWith(`${prefix}-`))
    if (matches) candidates.push({ path: join(directory, file), time: (await stat(join(directory, file))).mtimeMs })
  }
  const newest = candidates.toSorted((a, b) => b.time - a.time)[0]
  if (newest !== undefined) return newest.path
  throw new SanjhaError(
    'not_found',
    names === undefined ? 'The server has not written a log yet.' : `There is no log of an engine for “${names[0]}”.`,
    {
      hint: `Logs are in ${directory}.`,
    },
  )
}
