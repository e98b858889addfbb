/**
 * The engine contract: everything above an engine is written against these types, and every engine passes the contract
 * suite in `testing/engineContract.ts`. Nothing here knows a wire format or a model family.
 */

/** JSON Schema, as people send it. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown }

export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly mediaType: string; readonly data: Uint8Array }

export interface ToolCall {
  readonly id: string
  readonly name: string
  /** JSON text, as the model wrote it. */
  readonly arguments: string
}

export type ChatMessage =
  | { readonly role: 'system' | 'user'; readonly content: readonly ContentPart[]; readonly name?: string }
  | {
      readonly role: 'assistant'
      readonly content: readonly ContentPart[]
      readonly reasoning?: string
      readonly toolCalls?: readonly ToolCall[]
    }
  | {
      readonly role: 'tool'
      readonly content: readonly ContentPart[]
      readonly toolCallId: string
      readonly name?: string
    }

export interface Tool {
  readonly name: string
  readonly description?: string
  readonly parameters?: JsonSchema
}

export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string }

/** Everything absent means: the model's tested default, else the engine's default. */
export interface Sampling {
  /** 0 is greedy. Must be ≥ 0. */
  readonly temperature?: number
  /** 0 switches it off. */
  readonly topK?: number
  readonly topP?: number
  readonly minP?: number
  readonly typicalP?: number
  /** 1 switches it off. */
  readonly repeatPenalty?: number
  /** How many last tokens the penalties look at; −1 is the whole context. */
  readonly repeatLastN?: number
  readonly presencePenalty?: number
  readonly frequencyPenalty?: number
  readonly dry?: {
    readonly multiplier: number
    readonly base?: number
    readonly allowedLength?: number
    readonly lastN?: number
  }
  readonly xtc?: { readonly probability: number; readonly threshold?: number }
  readonly mirostat?: { readonly version: 1 | 2; readonly tau?: number; readonly eta?: number }
  /** Token id → value added to its logit; −100 or less bans it. */
  readonly logitBias?: ReadonlyMap<number, number>
  /** With a seed the same request gives the same answer, whoever else is being served. */
  readonly seed?: number
}

export type OutputFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json' }
  | { readonly type: 'json-schema'; readonly schema: JsonSchema; readonly name?: string }
  /** GBNF. */
  | { readonly type: 'grammar'; readonly grammar: string }

export type GenerateInput =
  | {
      readonly type: 'chat'
      readonly messages: readonly ChatMessage[]
      readonly tools?: readonly Tool[]
      readonly toolChoice?: ToolChoice
      /** Default true. */
      readonly parallelToolCalls?: boolean
      /**
       * Whether the model shall think aloud; `allow`: if it can, while `true` is refused by one that cannot. Absent: the
       * model's default.
       */
      readonly thinking?: boolean | 'allow'
      /** The last message is the assistant's and is to be continued, not answered. */
      readonly continueLast?: boolean
    }
  /** Text as it is (special tokens are parsed), or token ids. `suffix` asks for fill-in-the-middle. */
  | { readonly type: 'completion'; readonly prompt: string | readonly number[]; readonly suffix?: string }

export interface GenerateRequest {
  readonly input: GenerateInput
  /** Absent: until the model ends or the context is full. Must be ≥ 0; 0 evaluates the prompt only. */
  readonly maxTokens?: number
  /** The answer ends before any of these. They are never part of it, nor is any piece of one. */
  readonly stop?: readonly string[]
  readonly sampling?: Sampling
  readonly format?: OutputFormat
  /** How many alternatives to report per token (0–20). Absent: no log-probabilities. */
  readonly logprobs?: number
  readonly ignoreEnd?: boolean
  /** Prompt lookup and draft model. Default true; never changes what is generated. */
  readonly speculative?: boolean
  /** Reuse the cached prefix. Default true. */
  readonly cachePrompt?: boolean
}

export interface TokenLogprob {
  readonly token: string
  readonly tokenId: number
  /** The token's bytes: a token may hold a part of a character. */
  readonly bytes: readonly number[]
  /** Natural logarithm of the probability under the model, before any sampling settings. ≤ 0. */
  readonly logprob: number
  /** Most probable first. */
  readonly top: readonly {
    readonly token: string
    readonly tokenId: number
    readonly bytes: readonly number[]
    readonly logprob: number
  }[]
}

export interface Timings {
  /** Time the request waited for a slot. All in milliseconds. */
  readonly queueMs: number
  /** Time the model took to load because of this request; 0 when it was loaded. */
  readonly loadMs: number
  /** Evaluation of the prompt's new tokens. */
  readonly promptMs: number
  readonly generationMs: number
  /** From the request's arrival at the engine to its first token. */
  readonly timeToFirstTokenMs: number
}

export interface Usage {
  readonly promptTokens: number
  readonly completionTokens: number
  /** How many of the prompt's tokens were already in the cache. */
  readonly cachedTokens: number
  /** How many of the completion's tokens were reasoning. */
  readonly reasoningTokens: number
  /** Speculative decoding: tokens proposed, and how many of them held. */
  readonly draftTokens: number
  readonly acceptedTokens: number
  readonly timings?: Timings
}

export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'blocked' | 'budget'

/** What a model emits, whichever engine. The last part is always `finish`; a failure is thrown, never turned into `finish`. */
export type Part =
  | { readonly type: 'text'; readonly text: string; readonly logprobs?: readonly TokenLogprob[] }
  | { readonly type: 'reasoning'; readonly text: string; readonly logprobs?: readonly TokenLogprob[] }
  /** `index` counts the calls of one answer. The first part of a call carries its id and name; later ones only more arguments. */
  | {
      readonly type: 'tool-call'
      readonly index: number
      readonly id: string
      readonly name: string
      readonly argumentsDelta: string
    }
  | { readonly type: 'finish'; readonly reason: FinishReason; readonly usage: Usage; readonly stopSequence?: string }

export interface Capabilities {
  readonly chat: boolean
  readonly completion: boolean
  readonly embed: boolean
  readonly rerank: boolean
  readonly score: boolean
  readonly lora: boolean
  readonly grammar: boolean
  readonly tools: boolean
  readonly thinking: boolean
  readonly vision: boolean
  readonly infill: boolean
  /** Tokens that one request may use, prompt and answer together. */
  readonly contextLength: number
  /** Length of an embedding; 0 when it cannot embed. */
  readonly embeddingLength: number
}

export interface EmbedOptions {
  /** Scale to unit length. Default true. */
  readonly normalize?: boolean
  /** Keep only the first so many values (Matryoshka), before normalising. */
  readonly dimensions?: number
  /** Cut texts that are too long instead of failing. Default false. */
  readonly truncate?: boolean
}

export interface EmbedResult {
  readonly vectors: readonly Float32Array[]
  /** Tokens per text. */
  readonly tokens: readonly number[]
}

/** Scores every token of `continuation` given `context` and what precedes it. */
export interface ScoreRequest {
  readonly context: string | readonly number[]
  readonly continuation: string | readonly number[]
  /** Alternatives per token, default 0. */
  readonly top?: number
}

export interface RerankResult {
  /** One number per document, in the order of the documents; higher is more relevant. */
  readonly scores: readonly number[]
  readonly tokens: number
}

/** How busy an engine is and what it uses, for `ps` and `/metrics`. */
export interface EngineStatus {
  /** Requests being worked on. */
  readonly active: number
  /** Requests waiting for a slot. */
  readonly waiting: number
  readonly slots: number
  readonly threads: number
  /** Why that many threads, in words a person understands. */
  readonly threadsReason: string
  /** Bytes: weights, context and the rest of the process. A GPU’s own memory is not counted. 0 for a remote engine. */
  readonly memoryBytes: number
  /** What computes, as its driver names it, e.g. `Vulkan0: Radeon RX 6600, 8.0 GiB`. Absent: unknown. */
  readonly devices?: readonly string[]
  readonly generationTokensPerSecond: number
  readonly promptTokensPerSecond: number
  readonly draftAcceptance: number
  /** Totals since the engine was loaded. */
  readonly totals: {
    readonly requests: number
    readonly promptTokens: number
    readonly cachedTokens: number
    readonly completionTokens: number
    readonly draftTokens: number
    readonly acceptedTokens: number
  }
}

export interface Engine {
  readonly capabilities: Capabilities
  /** Parts until `finish`. Aborting ends the native work within a token and throws `cancelled`. */
  generate(request: GenerateRequest, signal: AbortSignal): AsyncIterable<Part>
  embed(texts: readonly string[], options: EmbedOptions, signal: AbortSignal): Promise<EmbedResult>
  /** Repeatable: neither other requests nor the shape of the batch change a result. */
  score(requests: readonly ScoreRequest[], signal: AbortSignal): Promise<TokenLogprob[][]>
  rerank(query: string, documents: readonly string[], signal: AbortSignal): Promise<RerankResult>
  /** `special` parses special tokens and adds the beginning token as the model does for a prompt. Default false. */
  tokenize(text: string, options?: { readonly special?: boolean }): Promise<number[]>
  detokenize(tokens: readonly number[], options?: { readonly special?: boolean }): Promise<string>
  /** The prompt that a chat becomes, as text and tokens: what would be sent, without generating. */
  renderChat(
    input: Extract<GenerateInput, { type: 'chat' }>,
  ): Promise<{ readonly prompt: string; readonly tokens: number[] }>
  status(): EngineStatus
  /** Ends native work and frees everything. Requests in flight fail with `cancelled`. */
  close(): Promise<void>
}
