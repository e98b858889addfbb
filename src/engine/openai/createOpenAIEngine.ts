import { SanjhaError } from '../../core/index.ts'
import { checkRequest } from '../checkRequest.ts'
import type { Capabilities, Engine, EngineStatus, GenerateRequest, Part, ScoreRequest } from '../contract.ts'
import { AnswerReader } from './AnswerReader.ts'
import { embedTexts } from './embedTexts.ts'
import { listRemoteModels } from './listRemoteModels.ts'
import { OpenAIClient, type OpenAIClientOptions } from './OpenAIClient.ts'
import { remoteTokens } from './remoteTokens.ts'
import { requestBody } from './requestBody.ts'
import { rerankDocuments } from './rerankDocuments.ts'
import { scoreSequences } from './scoreSequences.ts'

export interface OpenAIEngineOptions extends OpenAIClientOptions {
  /** What the endpoint calls the model. */
  readonly model: string
  /** What is known better than the endpoint tells. */
  readonly capabilities?: Partial<Capabilities>
}

/**
 * Any OpenAI-compatible endpoint as an engine. What an endpoint can do is not known beforehand, so all is claimed that
 * the wire has, and what it lacks fails with `unsupported` or the endpoint's own refusal.
 * Asks the endpoint for its models first. Errors: `engine_unavailable` when it cannot be reached, `upstream_error` when it
 * refuses the key. An endpoint that lists no models is fine.
 */
export async function createOpenAIEngine(
  options: OpenAIEngineOptions,
  signal: AbortSignal = new AbortController().signal,
): Promise<Engine> {
  const { model } = options
  const client = new OpenAIClient(options)
  const listed = (await listRemoteModels(client, signal)).find((each) => each.id === model)
  const capabilities: Capabilities = {
    chat: true,
    completion: true,
    embed: true,
    rerank: true,
    score: true,
    lora: false,
    grammar: true,
    tools: true,
    thinking: true,
    vision: true,
    infill: true,
    contextLength: listed?.contextLength ?? Number.MAX_SAFE_INTEGER,
    embeddingLength: 0,
    ...options.capabilities,
  }

  const closing = new AbortController()
  let active = 0
  let generationRate = 0
  let promptRate = 0
  const totals = {
    requests: 0,
    promptTokens: 0,
    cachedTokens: 0,
    completionTokens: 0,
    draftTokens: 0,
    acceptedTokens: 0,
  }
  /** Newer models of OpenAI's own refuse `max_tokens`; learnt from the first refusal. */
  let limitField: 'max_tokens' | 'max_completion_tokens' = 'max_tokens'

  const within = (caller: AbortSignal): AbortSignal => AbortSignal.any([caller, closing.signal])
  const working = async <T>(work: () => Promise<T>): Promise<T> => {
    active++
    try {
      return await work()
    } finally {
      active--
      totals.requests++
    }
  }
  const record = (part: Extract<Part, { type: 'finish' }>): void => {
    const { usage } = part
    totals.promptTokens += usage.promptTokens
    totals.cachedTokens += usage.cachedTokens
    totals.completionTokens += usage.completionTokens
    totals.draftTokens += usage.draftTokens
    totals.acceptedTokens += usage.acceptedTokens
    const { generationMs = 0, promptMs = 0 } = usage.timings ?? {}
    if (generationMs > 0) generationRate = (usage.completionTokens / generationMs) * 1000
    if (promptMs > 0) promptRate = ((usage.promptTokens - usage.cachedTokens) / promptMs) * 1000
  }

  async function* events(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<string, void, undefined> {
    const path = request.input.type === 'chat' ? 'chat/completions' : 'completions'
    const { max_tokens: limit, ...body } = requestBody(request, model)
    const send = (): AsyncGenerator<string> =>
      client.events({ path, model, signal, body: limit === undefined ? body : { ...body, [limitField]: limit } })
    try {
      yield* send()
    } catch (error) {
      const renamed = SanjhaError.is(error) && error.message.includes('max_completion_tokens')
      if (!renamed || limit === undefined || limitField === 'max_completion_tokens') throw error
      limitField = 'max_completion_tokens'
      yield* send()
    }
  }

  async function* generate(request: GenerateRequest, caller: AbortSignal): AsyncGenerator<Part, void, undefined> {
    const signal = within(caller)
    if (signal.aborted) throw new SanjhaError('cancelled', 'The request was cancelled.')
    checkRequest(request)
    const reader = new AnswerReader(client.name)
    active++
    try {
      for await (const data of events(request, signal)) {
        for (const part of reader.read(data)) {
          yield part
          // A reader that aborted between two parts of one chunk must not get the second.
          if (signal.aborted) throw new SanjhaError('cancelled', 'The request was cancelled.')
        }
      }
      const finish = reader.finish()
      if (finish.type === 'finish') record(finish)
      yield finish
    } finally {
      active--
      totals.requests++
    }
  }

  const tokens = remoteTokens(client, model, closing.signal)
  return {
    capabilities,
    generate,
    embed: (texts, embedOptions, caller) =>
      working(() => embedTexts(client, model, texts, embedOptions, within(caller))),
    score: (requests: readonly ScoreRequest[], caller) =>
      working(() => scoreSequences(client, model, requests, tokens, within(caller))),
    rerank: (query, documents, caller) =>
      working(() => rerankDocuments(client, model, query, documents, within(caller))),
    tokenize: tokens.tokenize,
    detokenize: tokens.detokenize,
    renderChat: tokens.renderChat,
    status: (): EngineStatus => ({
      active,
      waiting: 0,
      slots: 0,
      threads: 0,
      threadsReason: `It runs elsewhere, at the remote ${client.name}.`,
      memoryBytes: 0,
      generationTokensPerSecond: generationRate,
      promptTokensPerSecond: promptRate,
      draftAcceptance: totals.draftTokens > 0 ? totals.acceptedTokens / totals.draftTokens : 0,
      totals: { ...totals },
    }),
    close: async () => closing.abort(),
  }
}
