import { listServers } from '../../app/index.ts'
import { SanjhaError } from '../../core/index.ts'
import type { CliContext } from '../CliContext.ts'

export async function stopModels(
  context: CliContext,
  models: readonly string[],
  options: { readonly server?: true; readonly all?: true; readonly ignore?: true },
): Promise<void> {
  if (models.length === 0 && !options.server && !options.all) {
    throw new SanjhaError('invalid_request', 'Name at least one model, or give --server or --all.', { param: 'argv' })
  }
  const sanjha = await context.openApp()
  const { out, signal } = context
  const servers = await listServers(sanjha.paths, signal)
  const stopped: string[] = []
  for (const name of models) {
    const stored = await sanjha.models.find(name)
    const candidates = new Set([name, ...(stored === undefined ? [] : [stored.name, ...stored.aliases])])
    let found = false
    for (const server of servers) {
      for (const loaded of await server.loaded(signal)) {
        if (!candidates.has(loaded.model)) continue
        found = (await server.unload(loaded.model, signal)) || found
      }
    }
    if (found) stopped.push(name)
    else if (!options.ignore) {
      throw new SanjhaError('not_found', `“${name}” is not loaded.`, { hint: '`sanjha ps` shows what is.' })
    }
  }
  if (options.server || options.all) {
    if (servers.length === 0 && !options.ignore)
      throw new SanjhaError('not_found', 'No server of this home is running.')
    for (const server of servers) {
      await server.stop(signal)
      stopped.push(server.url)
    }
  }
  if (out.json) out.document({ stopped })
  else for (const name of stopped) out.line(`${name}  stopped`)
}
