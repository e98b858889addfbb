import type { EngineFactory, RemoteSource } from '../pool/index.ts'
import { createOpenAIEngine } from './createOpenAIEngine.ts'
import type { OpenAIClientOptions } from './OpenAIClient.ts'

/** Connects to the endpoints that sources name. */
export function createRemoteFactory(
  options: Pick<OpenAIClientOptions, 'fetch' | 'timeoutMs'> = {},
): EngineFactory<RemoteSource> {
  return async ({ source }, signal) => ({
    engine: await createOpenAIEngine(
      {
        ...options,
        name: source.remote,
        baseUrl: source.baseUrl,
        model: source.remoteModel,
        ...(source.apiKey !== undefined && { apiKey: source.apiKey }),
      },
      signal,
    ),
    state: 'ready',
    pid: null,
    restarts: 0,
    logFile: null,
  })
}
