import type { Clock, Config, Logger } from '../../core/index.ts'
import { createNet, type DownloadTools, type Fetch } from '../download/index.ts'
import type { RegistryReference } from '../reference.ts'
import type { ModelStore } from '../store/index.ts'
import { findCredentials } from './credentials.ts'
import { RegistryClient } from './RegistryClient.ts'
import { createSendRequest } from './sendRequest.ts'

/** What pushing and pulling need of the rest of the house. */
export interface RegistryContext {
  readonly store: ModelStore
  readonly env: Readonly<Record<string, string | undefined>>
  readonly network: Pick<Config['network'], 'offline'>
  readonly downloads: Config['downloads']
  readonly clock: Clock
  readonly log: Logger
  readonly fetch?: Fetch
  readonly home?: string
}

export interface ClientOptions {
  readonly insecure?: boolean
  readonly signal?: AbortSignal
}

export function openRegistry(
  reference: Pick<RegistryReference, 'host' | 'repository'>,
  context: RegistryContext,
  { insecure, signal }: ClientOptions = {},
): RegistryClient {
  const { host, repository } = reference
  return new RegistryClient({
    host,
    repository,
    send: createSendRequest(context.env),
    credentials: () => findCredentials(host, repository, context.env, context.home),
    offline: context.network.offline,
    clock: context.clock,
    ...(insecure !== undefined && { insecure }),
    signal,
  })
}

/** The downloads' own tools, so that a blob resumes and is verified like every other file. */
export async function downloadTools(context: RegistryContext): Promise<DownloadTools> {
  return {
    net: await createNet({
      env: context.env,
      offline: context.network.offline,
      stallTimeoutMs: context.downloads.stallTimeoutMs,
      probeTimeoutMs: context.downloads.probeTimeoutMs,
      clock: context.clock,
      ...(context.fetch && { fetch: context.fetch }),
    }),
  }
}
