import { listServers, type ServerHandle } from '../../app/index.ts'
import { formatAge, formatBytes, formatCount } from '../../core/index.ts'
import type { LoadedModel } from '../../engine/index.ts'
import type { CliContext } from '../CliContext.ts'
import { formatUntil } from '../terminal/formatUntil.ts'

export async function listLoaded(context: CliContext): Promise<void> {
  const sanjha = await context.openApp()
  const { out, signal } = context
  const servers = await listServers(sanjha.paths, signal)
  const found: { server: ServerHandle; loaded: readonly LoadedModel[] }[] = []
  for (const server of servers) found.push({ server, loaded: await server.loaded(signal) })
  if (out.json) {
    out.document({
      servers: servers.map(({ url, pid, startedAt, version }) => ({ url, pid, startedAt, version })),
      models: found.flatMap(({ server, loaded }) => loaded.map((model) => ({ server: server.url, ...model }))),
    })
    return
  }
  if (servers.length === 0) {
    out.hint('Nothing runs. `sanjha up` starts the server, `sanjha run MODEL` a chat.')
    return
  }
  const now = Date.now()
  for (const { server, loaded } of found) {
    out.line(`${server.url}  pid ${server.pid}  started ${formatAge(Date.parse(server.startedAt), now)}`)
    if (loaded.length === 0) {
      out.line('  no model is loaded')
      continue
    }
    out.table(
      ['MODEL', 'STATE', 'SIZE', 'MEMORY', 'CONTEXT', 'THREADS', 'SPEED', 'REQUESTS', 'UNTIL'],
      loaded.map((model) => [
        model.model,
        model.state,
        model.parameters === null ? '-' : formatCount(model.parameters),
        model.status === null || model.status.memoryBytes === 0 ? '-' : formatBytes(model.status.memoryBytes),
        String(model.contextLength),
        model.status === null ? '-' : String(model.status.threads),
        model.status === null || model.status.generationTokensPerSecond === 0
          ? '-'
          : `${model.status.generationTokensPerSecond.toFixed(1)} tokens/s`,
        model.status === null ? '-' : `${model.status.active} active, ${model.status.waiting} waiting`,
        model.expiresAt === null ? 'for ever' : formatUntil(Date.parse(model.expiresAt), now),
      ]),
    )
    for (const model of loaded) {
      if (model.status?.devices?.length) out.line(`  ${model.model}: computed by ${model.status.devices.join(', ')}`)
      if (model.status !== null && model.status.threadsReason !== '')
        out.line(`  ${model.model}: ${model.status.threadsReason}`)
    }
  }
}
