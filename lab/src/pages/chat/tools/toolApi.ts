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

export interface ShownCall {
  readonly id: string
  readonly name: string
  readonly arguments: string
}

export interface Decision {
  readonly allow: boolean
  readonly forChat?: boolean
}

/** Errors: `LabError`. */
export const toolApi = {
  list: async (signal: AbortSignal): Promise<readonly ToolServer[]> =>
    (await ask<{ servers: ToolServer[] }>('/tools', { signal })).servers,
  /** Starts or reaches the server. */
  tools: async (server: string): Promise<readonly OfferedTool[]> =>
    (await ask<{ tools: OfferedTool[] }>(`/tools/${encodeURIComponent(server)}`, { method: 'POST' })).tools,
  /** What is made is what was shown: the server compares. */
  decide: (messageId: string, { id, name, arguments: args }: ShownCall, decision: Decision): Promise<unknown> =>
    ask(`/answers/${encodeURIComponent(messageId)}/tools/${encodeURIComponent(id)}`, {
      method: 'POST',
      body: { ...decision, name, arguments: args },
    }),
  /** Ends the calls of an answer that are being made. */
  stop: (messageId: string): Promise<unknown> =>
    ask(`/answers/${encodeURIComponent(messageId)}/stop`, { method: 'POST' }),
  /** Tools that are called in a chat without a question. */
  allowed: async (chat: string, signal: AbortSignal): Promise<readonly string[]> =>
    (await ask<{ tools: string[] }>(`/chats/${encodeURIComponent(chat)}/tools`, { signal })).tools,
  revoke: (chat: string, tool: string): Promise<unknown> =>
    ask(`/chats/${encodeURIComponent(chat)}/tools/${encodeURIComponent(tool)}`, { method: 'DELETE' }),
}
