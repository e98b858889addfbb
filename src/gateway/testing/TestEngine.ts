import { SanjhaError } from '../../core/index.ts'
import type {
  Capabilities,
  ChatMessage,
  EmbedOptions,
  EmbedResult,
  Engine,
  EngineStatus,
  GenerateInput,
  GenerateRequest,
  JsonSchema,
  Part,
  RerankResult,
  ScoreRequest,
  TokenLogprob,
} from '../../engine/index.ts'
import { FakeEngine, type FakeEngineOptions } from '../../engine/testing/FakeEngine.ts'

export interface TestEngineOptions extends FakeEngineOptions {
  readonly capabilities?: Partial<Capabilities>
  /** The script once a tool has answered. Absent: again that of the last question. */
  readonly afterTool?: string
}

/** Token ids beyond this are not in its vocabulary. */
export const vocabularySize = 50_000

/**
 * The engine room's fake, and on top what a server must be able to rely on: forced tools, JSON, seeds, a vocabulary,
 * images, a prompt cache. It remembers what it was asked, and how often it was told to stop.
 */
export class TestEngine implements Engine {
  readonly requests: GenerateRequest[] = []
  aborted = 0
  readonly capabilities: Capabilities
  readonly #inner: FakeEngine
  readonly #afterTool: string | undefined
  #lastPrompt: readonly number[] = []

  constructor(options: TestEngineOptions = {}) {
    this.#inner = new FakeEngine(options)
    this.#afterTool = options.afterTool
    this.capabilities = { ...this.#inner.capabilities, grammar: true, infill: true, ...options.capabilities }
  }

  async *generate(request: GenerateRequest, signal: AbortSignal): AsyncIterable<Part> {
    this.requests.push(request)
    for (const token of request.sampling?.logitBias?.keys() ?? []) {
      if (token >= vocabularySize) {
        throw new SanjhaError('invalid_request', `The token ${token} is not in the vocabulary.`, {
          param: 'logit_bias',
        })
      }
    }
    if (request.format?.type === 'json-schema') refuseUnknownSchema(request.format.schema)
    const prompt = await this.#promptTokens(request.input)
    const cachedTokens = commonPrefix(this.#lastPrompt, prompt)
    this.#lastPrompt = prompt
    let finished = false
    try {
      const { format: _format, ...rest } = request
      for await (const part of this.#inner.generate({ ...rest, input: this.#acted(request) }, signal)) {
        finished ||= part.type === 'finish'
        // What the fake counts is its own script; the prompt that came is what counts.
        yield part.type === 'finish'
          ? { ...part, usage: { ...part.usage, promptTokens: prompt.length, cachedTokens } }
          : part
      }
    } finally {
      if (!finished && signal.aborted) this.aborted++
    }
  }

  embed(texts: readonly string[], options: EmbedOptions, signal: AbortSignal): Promise<EmbedResult> {
    return this.#inner.embed(texts, options, signal)
  }

  score(requests: readonly ScoreRequest[], signal: AbortSignal): Promise<TokenLogprob[][]> {
    return this.#inner.score(requests, signal)
  }

  rerank(query: string, documents: readonly string[], signal: AbortSignal): Promise<RerankResult> {
    return this.#inner.rerank(query, documents, signal)
  }

  tokenize(text: string): Promise<number[]> {
    return this.#inner.tokenize(text)
  }

  detokenize(tokens: readonly number[]): Promise<string> {
    return this.#inner.detokenize(tokens)
  }

  renderChat(input: Extract<GenerateInput, { type: 'chat' }>): Promise<{ prompt: string; tokens: number[] }> {
    return this.#inner.renderChat(input)
  }

  status(): EngineStatus {
    return this.#inner.status()
  }

  close(): Promise<void> {
    return this.#inner.close()
  }

  #acted(request: GenerateRequest): GenerateInput {
    const { input } = request
    const isAfterTool = input.type === 'chat' && input.messages.at(-1)?.role === 'tool'
    return isAfterTool && this.#afterTool !== undefined ? scripted(input, this.#afterTool) : acted(request)
  }

  async #promptTokens(input: GenerateInput): Promise<readonly number[]> {
    if (input.type === 'chat') return (await this.renderChat(input)).tokens
    return typeof input.prompt === 'string' ? this.tokenize(input.prompt) : input.prompt
  }
}

/** The same input, with the fake's script put where the request asks for something the fake does not know itself. */
function acted({ input, format, sampling }: GenerateRequest): GenerateInput {
  if (format?.type === 'json') return scripted(input, '[[say {"ok": true}]]')
  if (format?.type === 'json-schema') return scripted(input, `[[say ${JSON.stringify(sample(format.schema))}]]`)
  if (input.type === 'chat') {
    const { toolChoice, tools = [] } = input
    const name =
      typeof toolChoice === 'object' ? toolChoice.name : toolChoice === 'required' ? tools[0]?.name : undefined
    if (name !== undefined) return scripted(input, `[[tool ${name} {"city": "Paris", "days": 3}]]`)
    const images = input.messages.flatMap((m) => m.content.filter((part) => part.type === 'image'))
    if (images.length > 0) return scripted(input, `[[say I see ${images.map((i) => i.mediaType).join(', ')}]]`)
  }
  if (sampling?.seed !== undefined && !mentionsScript(input)) return scripted(input, `[[say seeded ${sampling.seed}]]`)
  return input
}

function mentionsScript(input: GenerateInput): boolean {
  return JSON.stringify(input).includes('[[')
}

function scripted(input: GenerateInput, script: string): GenerateInput {
  if (input.type === 'completion') return { ...input, prompt: script }
  const message: ChatMessage = { role: 'user', content: [{ type: 'text', text: script }] }
  return { ...input, messages: [message] }
}

function refuseUnknownSchema(schema: JsonSchema): void {
  if (typeof schema === 'object' && '$ref' in schema) {
    throw new SanjhaError('invalid_request', 'The schema cannot be turned into a grammar.', {
      param: 'response_format',
    })
  }
}

/** Something that satisfies a simple schema. */
function sample(schema: JsonSchema): unknown {
  if (typeof schema === 'boolean') return null
  const {
    type,
    properties,
    items,
    enum: choices,
  } = schema as {
    readonly type?: string
    readonly properties?: Readonly<Record<string, JsonSchema>>
    readonly items?: JsonSchema
    readonly enum?: readonly unknown[]
  }
  if (choices) return choices[0]
  switch (type) {
    case 'object':
      return Object.fromEntries(Object.entries(properties ?? {}).map(([key, inner]) => [key, sample(inner)]))
    case 'array':
      return items ? [sample(items)] : []
    case 'number':
    case 'integer':
      return 7
    case 'boolean':
      return true
    default:
      return 'text'
  }
}

function commonPrefix(a: readonly number[], b: readonly number[]): number {
  let length = 0
  while (length < a.length && length < b.length && a[length] === b[length]) length++
  // The last token is always evaluated anew, to get something to sample from.
  return Math.min(length, Math.max(0, b.length - 1))
}
