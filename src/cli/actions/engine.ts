import { formatBytes } from '../../core/index.ts'
import type { BackendStatus } from '../../engine/index.ts'
import type { CliContext } from '../CliContext.ts'
import { followRun } from './followRun.ts'

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
  const { out } = context
  const known = (await sanjha.backends.list()).find((one) => one.name === name)
  if (known?.state === 'available' || known?.state === 'incomplete') {
    out.talk(
      `${known.packages.join(' and ')} ${known.version}, license ${known.license}, ${formatBytes(known.size ?? 0)} when unpacked.`,
    )
  }
  const status = await followRun<BackendStatus>(context, sanjha, {
    kind: 'engine-install',
    input: { backend: name },
    interrupted: 'The installation was interrupted.',
    again: `sanjha engine install ${name}`,
  })
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
