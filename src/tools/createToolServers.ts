import type { Client } from '@modelcontextprotocol/client'
import { SanjhaError, type SanjhaErrorData, type ToolServerConfig } from '../core/index.ts'
import { connectToolServer } from './connectToolServer.ts'
import type { OfferedTool, ToolResult, ToolServerStatus, ToolServers } from './contract.ts'
import { toolNames } from './toolNames.ts'
import { type ToolContent, toolText } from './toolText.ts'

export interface ToolServersOptions {
  readonly servers: readonly ToolServerConfig[]
  readonly env: NodeJS.ProcessEnv
  readonly fetch: typeof globalThis.fetch
  /** To start, to reach and to list, in milliseconds. Default 30,000. */
  readonly connectTimeoutMs?: number
  /** For one call, in milliseconds. Default 120,000. */
  readonly callTimeoutMs?: number
}

/** The MCP servers of the configuration. Each is started or reached when it is first needed, and again after it ended. */
export function createToolServers(options: ToolServersOptions): ToolServers {
  const closing = new AbortController()
  const servers = new Map(
    options.servers.map((config) => [config.name, new ToolServer(config, options, closing.signal)]),
  )
  return {
    list: () => [...servers.values()].map((server) => server.status()),
    tools: (name, signal) => {
      const server = servers.get(name)
      if (server === undefined) throw unknownServer(name, [...servers.keys()])
      return server.tools(signal)
    },
    call: async (name, args, signal) => {
      const server = servers.get(name.slice(0, Math.max(0, name.indexOf('__'))))
      if (server === undefined) throw unknownTool(name)
      return await server.call(name, args, signal)
    },
    close: async () => {
      closing.abort(new SanjhaError('shutting_down', 'Sanjha is stopping.'))
      await Promise.all([...servers.values()].map((server) => server.close()))
    },
  }
}

class ToolServer {
  readonly #config: ToolServerConfig
  readonly #options: ToolServersOptions
  readonly #closing: AbortSignal
  #state: ToolServerStatus['state'] = 'idle'
  #error: SanjhaErrorData | null = null
  #tools: readonly OfferedTool[] | null = null
  #connecting: Promise<Client> | undefined

  constructor(config: ToolServerConfig, options: ToolServersOptions, closing: AbortSignal) {
    this.#config = config
    this.#options = options
    this.#closing = closing
  }

  status(): ToolServerStatus {
    const config = this.#config
    return {
      name: config.name,
      transport: 'command' in config ? 'stdio' : 'http',
      where: 'command' in config ? [config.command, ...config.args].join(' ') : config.url,
      state: this.#state,
      error: this.#error,
      tools: this.#tools,
    }
  }

  async tools(signal: AbortSignal): Promise<readonly OfferedTool[]> {
    const client = await this.#client(signal)
    const { tools } = await this.#asking(signal, client, () =>
      client.listTools(undefined, { signal, timeout: this.#options.connectTimeoutMs ?? 30_000 }),
    )
    const names = toolNames(
      this.#config.name,
      tools.map(({ name }) => name),
    )
    this.#tools = tools.map((tool, i) => ({
      name: names[i] as string,
      server: this.#config.name,
      tool: tool.name,
      title: tool.title ?? tool.annotations?.title ?? null,
      description: tool.description ?? '',
      parameters: tool.inputSchema,
      claims: {
        readOnly: tool.annotations?.readOnlyHint ?? null,
        destructive: tool.annotations?.destructiveHint ?? null,
      },
    }))
    return this.#tools
  }

  async call(name: string, args: string, signal: AbortSignal): Promise<ToolResult> {
    const known = this.#tools ?? (await this.tools(signal))
    const tool = known.find((each) => each.name === name)
    if (tool === undefined) throw unknownTool(name)
    const parsed = parseArguments(name, args)
    const client = await this.#client(signal)
    const result = await this.#asking(signal, client, () =>
      client.callTool(
        { name: tool.tool, arguments: parsed },
        { signal, timeout: this.#options.callTimeoutMs ?? 120_000, resetTimeoutOnProgress: true },
      ),
    )
    return {
      text: toolText((result.content ?? []) as readonly ToolContent[], result.structuredContent),
      isError: result.isError === true,
    }
  }

  async close(): Promise<void> {
    const client = await this.#connecting?.catch(() => undefined)
    await client?.close().catch(() => undefined)
  }

  /** One connection for all who ask; whoever gives up does not end it for the others. */
  async #client(signal: AbortSignal): Promise<Client> {
    this.#closing.throwIfAborted()
    signal.throwIfAborted()
    this.#connecting ??= this.#connect()
    const gone = Promise.withResolvers<never>()
    const give = (): void => gone.reject(SanjhaError.from(signal.reason))
    signal.addEventListener('abort', give, { once: true })
    try {
      return await Promise.race([this.#connecting, gone.promise])
    } finally {
      signal.removeEventListener('abort', give)
    }
  }

  async #connect(): Promise<Client> {
    this.#state = 'connecting'
    this.#error = null
    const { env, fetch, connectTimeoutMs: timeoutMs = 30_000 } = this.#options
    let isOver = false
    const onClose = (): void => {
      isOver = true
      this.#connecting = undefined
      if (this.#state === 'ready') this.#state = 'idle'
    }
    try {
      const client = await connectToolServer(this.#config, { env, fetch, timeoutMs, signal: this.#closing, onClose })
      if (!isOver) this.#state = 'ready'
      return client
    } catch (error) {
      this.#connecting = undefined
      this.#fail(SanjhaError.from(error))
      throw error
    }
  }

  async #asking<T>(signal: AbortSignal, client: Client, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (cause) {
      if (signal.aborted) throw SanjhaError.from(signal.reason)
      const reason = cause instanceof Error ? cause.message : String(cause)
      const isTimeout = /timed? ?out/i.test(reason)
      if (!isTimeout) await this.#leave(client, cause)
      throw new SanjhaError(
        isTimeout ? 'timeout' : 'upstream_error',
        `The tool server “${this.#config.name}” failed: ${reason}`,
        { cause, hint: 'Try again; it is started or reached anew.' },
      )
    }
  }

  /**
   * Over HTTP nobody tells that a server has ended, and one that was started again knows no older session. So after anything
   * but an answer in the protocol's own words the next call connects anew.
   */
  async #leave(client: Client, cause: unknown): Promise<void> {
    if ('command' in this.#config) return
    const { ProtocolError } = await import('@modelcontextprotocol/client')
    if (cause instanceof ProtocolError) return
    // Closing it says so to `onClose`, which lets the next call connect.
    await client.close().catch(() => undefined)
  }

  #fail(error: SanjhaError): void {
    this.#state = 'failed'
    this.#error = error.toJSON()
  }
}

function parseArguments(name: string, args: string): Record<string, unknown> {
  let parsed: unknown
  try {
    parsed = args.trim() === '' ? {} : JSON.parse(args)
  } catch (cause) {
    throw new SanjhaError('invalid_request', `The arguments for ${name} are no JSON.`, { cause, param: 'arguments' })
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>
  throw new SanjhaError('invalid_request', `The arguments for ${name} must be a JSON object.`, { param: 'arguments' })
}

function unknownServer(name: string, known: readonly string[]): SanjhaError {
  return new SanjhaError('not_found', `There is no tool server “${name}”.`, {
    hint: known.length > 0 ? `There are: ${known.join(', ')}.` : 'The setting toolServers names them.',
  })
}

function unknownTool(name: string): SanjhaError {
  return new SanjhaError('not_found', `There is no tool “${name}”.`, { hint: 'GET /sanjha/v1/tools lists them.' })
}
