import { ask } from '../../../api/ask.ts'

/** What the server says of an MCP server, as far as this page reads it. */
export interface ToolServer {
  readonly name: string
  readonly transport: 'stdio' | 'http'
  readonly where: string
  readonly state: 'idle' | 'connecting' | 'ready' | 'failed'
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string } | null
  readonly tools: readonly OfferedTool[] | null
}

export interface OfferedTool {
  readonly name: string
  readonly tool: string
  readonly title: string | null
  readonly description: string
  readonly claims: { readonly readOnly: boolean | null; readonly destructive: boolean | null }
}

/** Errors: `LabError`. */
export const toolApi = {
  list: async (signal: AbortSignal): Promise<readonly ToolServer[]> =>
    (await ask<{ servers: ToolServer[] }>('/tools', { signal })).servers,
  /** Starts or reaches the server. */
  tools: async (server: string): Promise<readonly OfferedTool[]> =>
    (await ask<{ tools: OfferedTool[] }>(`/tools/${encodeURIComponent(server)}`, { method: 'POST' })).tools,
  decide: (messageId: string, callId: string, decision: { allow: boolean; forChat?: boolean }): Promise<unknown> =>
    ask(`/answers/${encodeURIComponent(messageId)}/tools/${encodeURIComponent(callId)}`, {
      method: 'POST',
      body: decision,
    }),
}
