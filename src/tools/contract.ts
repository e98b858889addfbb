/** Tools that a model may ask for, offered by MCP servers (Model Context Protocol). Nothing runs unless a person said so. */
import type { SanjhaErrorData } from '../core/index.ts'

/** A tool as a model is told of it, and where it comes from. */
export interface OfferedTool {
  /** Unique over all servers, and of the form that models are used to: `SERVER__TOOL`. */
  readonly name: string
  readonly server: string
  /** As its server calls it. */
  readonly tool: string
  readonly title: string | null
  readonly description: string
  /** JSON Schema of the arguments. */
  readonly parameters: { readonly [keyword: string]: unknown }
  /** What the server claims, which nobody has checked; null where it says nothing. */
  readonly claims: { readonly readOnly: boolean | null; readonly destructive: boolean | null }
}

export interface ToolServerStatus {
  readonly name: string
  readonly transport: 'stdio' | 'http'
  /** The command with its arguments, or the address. */
  readonly where: string
  readonly state: 'idle' | 'connecting' | 'ready' | 'failed'
  readonly error: SanjhaErrorData | null
  /** Null until it was asked. */
  readonly tools: readonly OfferedTool[] | null
}

export interface ToolResult {
  /** What the model is told. */
  readonly text: string
  /** The tool ran and says that it failed. */
  readonly isError: boolean
}

export interface ToolServers {
  /** What is configured, and how it is. Asks nobody. */
  list(): readonly ToolServerStatus[]
  /**
   * The tools of a server, starting or reaching it when needed.
   * Errors: `not_found`, `upstream_error`, `network_unreachable`, `timeout`, `invalid_config`.
   */
  tools(server: string, signal: AbortSignal): Promise<readonly OfferedTool[]>
  /**
   * Calls a tool. Arguments are JSON text, as the model wrote it. What a tool says is cut after 64 KiB, and says so.
   * Errors: `not_found`, `invalid_request` (the arguments are no JSON object), `upstream_error`, `timeout`, `cancelled`.
   */
  call(name: string, args: string, signal: AbortSignal): Promise<ToolResult>
  /** Ends all connections and the processes behind them. */
  close(): Promise<void>
}
