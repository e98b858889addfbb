import { randomUUID } from 'node:crypto'
import { findServer, type Sanjha } from '../../app/index.ts'
import type { LoadOptions } from '../../engine/index.ts'
import type { ChatTarget } from './ChatSession.ts'

export interface OpenChatTargetOptions {
  readonly signal: AbortSignal
  readonly load: LoadOptions
  readonly allowServer: boolean
  /** How long a server is to keep the model, in milliseconds; absent: as it is configured. */
  readonly keepAliveMs?: number
  say(line: string): void
}

/** The running server of this home where there is one (the model may be loaded there already), else the pipeline in this process. */
export async function openChatTarget(
  sanjha: Sanjha,
  model: string,
  options: OpenChatTargetOptions,
): Promise<ChatTarget & { close(): Promise<void> }> {
  const server = options.allowServer ? await findServer(sanjha.paths, options.signal) : undefined
  if (server !== undefined) {
    options.say(`Using the server at ${server.url}.`)
    const engine = await server.connect(model, options.signal)
    return {
      model,
      generate: (request, signal) => engine.generate(request, signal),
      close: async () => {
        await engine.close()
        if (options.keepAliveMs !== undefined) await server.keep(model, options.keepAliveMs, options.signal)
      },
    }
  }
  return {
    model,
    generate: async function* (request, signal) {
      const parts = sanjha.handle({
        id: randomUUID(),
        model,
        operation: { type: 'generate', request },
        acquire: { load: options.load, keepAliveMs: Number.POSITIVE_INFINITY },
        caller: { keyId: null, surface: 'cli' },
        signal,
      })
      for await (const part of parts) if (part.type !== 'result') yield part
    },
    close: async () => undefined,
  }
}
