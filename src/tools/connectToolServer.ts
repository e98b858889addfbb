import { readFile } from 'node:fs/promises'
import type { Client, Transport } from '@modelcontextprotocol/client'
import {
  type HttpToolServerConfig,
  SanjhaError,
  type StdioToolServerConfig,
  type ToolServerConfig,
  version,
} from '../core/index.ts'

export interface ConnectOptions {
  readonly env: NodeJS.ProcessEnv
  readonly fetch: typeof globalThis.fetch
  /** For both the start and each answer, in milliseconds. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** The connection is over, whoever ended it. */
  readonly onClose: () => void
}

/** What the server's program last wrote to its standard error, for people who look for why it failed. */
const keptLines = 20

/** Starts or reaches an MCP server and agrees with it on a version of the protocol. */
export async function connectToolServer(server: ToolServerConfig, options: ConnectOptions): Promise<Client> {
  // Loaded only where tools are used: 160 ms.
  const { Client } = await import('@modelcontextprotocol/client')
  const client = new Client({ name: 'sanjha', version }, { versionNegotiation: { mode: 'auto' } })
  const said: string[] = []
  try {
    const transport = 'command' in server ? await startProgram(server, options.env, said) : await reach(server, options)
    client.onclose = options.onClose
    // Told by a rejection of whatever was under way.
    client.onerror = () => undefined
    await client.connect(transport, { timeout: options.timeoutMs, signal: options.signal })
    return client
  } catch (error) {
    await client.close().catch(() => undefined)
    if (SanjhaError.is(error)) throw error
    if (options.signal.aborted) throw SanjhaError.from(options.signal.reason)
    throw failedToConnect(server, error, said)
  }
}

async function startProgram(server: StdioToolServerConfig, env: NodeJS.ProcessEnv, said: string[]): Promise<Transport> {
  const { getDefaultEnvironment, StdioClientTransport } = await import('@modelcontextprotocol/client/stdio')
  const passed: Record<string, string> = {}
  for (const name of server.passEnv) {
    const value = env[name]
    if (value === undefined) {
      throw new SanjhaError('invalid_config', `The tool server “${server.name}” is to get ${name}, which is not set.`, {
        hint: `Set ${name} in the environment of Sanjha, or take it out of passEnv.`,
      })
    }
    passed[name] = value
  }
  const transport = new StdioClientTransport({
    command: server.command,
    args: [...server.args],
    env: { ...getDefaultEnvironment(), ...passed },
    stderr: 'pipe',
    ...(server.cwd !== undefined && { cwd: server.cwd }),
  })
  transport.stderr?.on('data', (chunk: Buffer) => {
    said.push(...chunk.toString().split('\n').filter(Boolean))
    said.splice(0, Math.max(0, said.length - keptLines))
  })
  return transport
}

async function reach(server: HttpToolServerConfig, { env, fetch }: ConnectOptions): Promise<Transport> {
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client')
  const token = await readToken(server, env)
  return new StreamableHTTPClientTransport(new URL(server.url), {
    fetch: (url, init) => fetch(url, init),
    ...(token !== undefined && { requestInit: { headers: { authorization: `Bearer ${token}` } } }),
  })
}

async function readToken(server: HttpToolServerConfig, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { name, tokenEnv, tokenFile } = server
  if (tokenEnv === undefined && tokenFile === undefined) return undefined
  const where = tokenEnv ?? (tokenFile as string)
  const text =
    tokenEnv === undefined
      ? await readFile(where, 'utf8').catch((cause: unknown) => {
          throw new SanjhaError('invalid_config', `The token of the tool server “${name}” cannot be read: ${where}.`, {
            cause,
            hint: 'Check the path and who may read the file.',
          })
        })
      : env[where]
  const token = text?.trim()
  // What no header takes would otherwise be told as a fault of the network.
  if (token && /^[\x21-\x7e]+$/.test(token)) return token
  throw new SanjhaError(
    'invalid_config',
    `The token of the tool server “${name}” in ${where} is ${token ? 'no token: it holds characters that no header takes' : 'not there'}.`,
    {
      hint: 'It is one line of letters, digits and signs, without blanks.',
    },
  )
}

function failedToConnect(server: ToolServerConfig, cause: unknown, said: readonly string[]): SanjhaError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const isTimeout = /timed? ?out/i.test(reason)
  if ('command' in server) {
    return new SanjhaError(
      isTimeout ? 'timeout' : 'upstream_error',
      `The tool server “${server.name}” does not start: ${reason}`,
      {
        cause,
        hint: `Try its command in a terminal: ${[server.command, ...server.args].join(' ')}`,
        ...(said.length > 0 && { details: { stderr: said } }),
      },
    )
  }
  const isRefused = /\b40[13]\b|unauthori[sz]ed|forbidden/i.test(reason)
  return new SanjhaError(
    isTimeout ? 'timeout' : isRefused ? 'upstream_error' : 'network_unreachable',
    `The tool server “${server.name}” cannot be reached at ${server.url}: ${reason}`,
    {
      cause,
      hint: isRefused
        ? 'Name its token with `tokenEnv` or `tokenFile`.'
        : 'Check the address, and that it is an MCP server (streamable HTTP).',
    },
  )
}
