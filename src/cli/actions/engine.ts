import { formatBytes, SanjhaError } from '../../core/index.ts'
import type { BackendStatus } from '../../engine/index.ts'
import type { CliContext } from '../CliContext.ts'
import { eventPrinter } from './watchEvents.ts'

export async function listBackends(context: CliContext): Promise<void> {
  const sanjha = await context.openApp()
  const { out } = context
  const active = sanjha.config.engine.backend
  const backends = (await sanjha.backends.list()).map((one) => ({ ...one, active: one.name === active }))
  if (out.json) {
    out.document(backends)
    return
  }
  out.table(
    ['NAME', 'STATE', 'VERSION', 'SIZE', 'LICENSE', 'PACKAGES'],
    backends.map((one) => [
      one.active ? `${one.name} (set)` : one.name,
      one.state,
      one.version ?? '-',
      one.size === null ? '-' : formatBytes(one.size),
      one.license ?? '-',
      one.packages.join(', '),
    ]),
  )
  const missing = backends.find((one) => one.active && one.state !== 'installed' && one.state !== 'built-in')
  if (missing !== undefined) out.hint(`sanjha engine install ${missing.name}`)
}

export async function installBackend(context: CliContext, name: string): Promise<void> {
  const sanjha = await context.openApp()
  const { out, signal } = context
  const known = (await sanjha.backends.list()).find((one) => one.name === name)
  if (known?.state === 'available' || known?.state === 'incomplete') {
    out.talk(
      `${known.packages.join(' and ')} ${known.version}, license ${known.license}, ${formatBytes(known.size ?? 0)} when unpacked.`,
    )
  }
  const run = sanjha.runs.start('engine-install', { backend: name })
  const stop = (): void => {
    const current = sanjha.runs.get(run.id)
    if (current?.state === 'running' || current?.state === 'queued') sanjha.runs.cancel(run.id)
  }
  signal.addEventListener('abort', stop, { once: true })
  const show = eventPrinter(out)
  for await (const event of sanjha.runs.events(run.id, 0, new AbortController().signal)) show(event)
  signal.removeEventListener('abort', stop)
  const ended = await sanjha.runs.wait(run.id)
  if (ended.state === 'cancelled' || ended.state === 'interrupted') {
    out.hint(`What was fetched is kept: \`sanjha engine install ${name}\` goes on from here.`)
    throw new SanjhaError('cancelled', 'The installation was interrupted.')
  }
  if (ended.error !== null) throw SanjhaError.fromJSON(ended.error)
  const status = ended.result as BackendStatus
  if (out.json) {
    out.document(status)
    return
  }
  out.line(`${status.name} ${status.version}  ${formatBytes(status.size ?? 0)}  ${status.directory}`)
  if (sanjha.config.engine.backend !== status.name) out.hint(`sanjha config set engine.backend ${status.name}`)
  else out.hint('sanjha doctor')
}

export async function removeBackend(context: CliContext, name: string): Promise<void> {
  const sanjha = await context.openApp()
  const { out } = context
  const removed = await sanjha.backends.remove(name)
  if (out.json) {
    out.document(removed)
    return
  }
  out.line(`Removed ${removed.name}, ${formatBytes(removed.freedBytes)} freed.`)
  if (sanjha.config.engine.backend === removed.name) {
    out.warn(`engine.backend is still ${removed.name}, so no model can be loaded.`)
    out.hint('sanjha config set engine.backend cpu')
  }
}
