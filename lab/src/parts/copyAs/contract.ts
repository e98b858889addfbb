/** The environment variable that holds the key, in everything that is copied. Keys themselves are never part of it. */
export const keyVariable = 'SANJHA_API_KEY'

/** A request to copy: where it goes, and whether that server asks for a key. */
interface Target {
  /** Without a path, like `http://127.0.0.1:8642`. */
  readonly server: string
  readonly needsKey: boolean
}

/** A chat as it would be sent to `/v1/chat/completions`. */
export interface ChatToCopy extends Target {
  readonly kind: 'chat'
  readonly model: string
  /** The empty text: no system prompt, not even the model's own. */
  readonly system?: string
  /** As the API takes them, the system prompt left out. */
  readonly messages: readonly ChatMessageToCopy[]
  /** Fields of the request besides model and messages. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** A JSON Schema that the answer has to follow. */
  readonly schema?: unknown
}

export interface ChatMessageToCopy {
  readonly role: string
  readonly content: unknown
  readonly [field: string]: unknown
}

/** Any other request. */
export interface RequestToCopy extends Target {
  readonly kind: 'request'
  readonly method: string
  /** With its query, encoded as it is sent. */
  readonly path: string
  /** JSON; absent: none. */
  readonly body?: unknown
  /** Its answer comes bit by bit. */
  readonly streams?: boolean
  /** The command line that does the same, word by word without the program; absent: none does. */
  readonly command?: readonly string[]
}

export type CopyRequest = ChatToCopy | RequestToCopy

/** What a snippet cannot say that the request does. */
export type LeftOut =
  | { readonly what: 'parameter'; readonly name: string }
  | { readonly what: 'earlier' | 'attachments' | 'characters' | 'command' }

export interface Snippet {
  readonly code: string
  readonly leftOut: readonly LeftOut[]
}

/** The body of the request that a chat is. */
export function chatBody({ model, system, messages, parameters, schema }: ChatToCopy): Record<string, unknown> {
  return {
    model,
    messages: [...(system === undefined ? [] : [{ role: 'system', content: system }]), ...messages],
    ...parameters,
    ...(schema !== undefined && {
      response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } },
    }),
  }
}
