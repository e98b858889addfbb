import { z } from 'zod'
import { SanjhaError } from '../../core/index.ts'
import type { ChatMessage, ContentPart, Engine, GenerateInput } from '../../engine/index.ts'
import { generateParts } from '../http/calls.ts'
import { imageFromBase64 } from '../http/images.ts'
import { type Route, type RouteRequest, route } from '../http/route.ts'
import { defined, optional } from '../http/schema.ts'
import { wireLogprobs } from '../openai/wire.ts'
import { checkThinking } from './checkThinking.ts'
import { loadOnly } from './loadOnly.ts'
import { modelField } from './modelField.ts'
import { lastOnly, ndjsonResponse } from './ndjson.ts'
import { type CommonFields, commonFields } from './options.ts'
import { generateAnswer } from './responseSchemas.ts'
import { finalFields } from './wire.ts'

interface GenerateBody {
  readonly model: string
  readonly common: CommonFields
  readonly prompt: string
  readonly suffix: string | undefined
  readonly system: string | undefined
  readonly raw: boolean
  readonly images: readonly ContentPart[]
  readonly context: readonly number[] | undefined
}

const fields = z.object({
  prompt: optional(z.string()).meta({ description: 'Absent or empty: load the model only.' }),
  suffix: optional(z.string()),
  system: optional(z.string()),
  template: optional(z.string()),
  raw: optional(z.boolean()).meta({ description: 'Take the prompt as it is, without the model’s template.' }),
  images: optional(z.array(z.string())),
  context: optional(z.array(z.number().int().min(0))).meta({ description: '`context` of the answer to go on from.' }),
})

const body: z.ZodType<GenerateBody> = z
  .intersection(z.intersection(modelField, commonFields), fields)
  .transform((raw) => {
    if (raw.template) {
      throw new SanjhaError('unsupported', 'A template of one’s own is not taken here.', {
        param: 'template',
        hint: 'Render the prompt yourself and send it with `raw: true`.',
      })
    }
    return {
      model: raw.model,
      common: raw.common,
      prompt: raw.prompt ?? '',
      suffix: raw.suffix || undefined,
      system: raw.system || undefined,
      raw: raw.raw ?? false,
      images: (raw.images ?? []).map((data, index) => imageFromBase64(data, `images[${index}]`)),
      context: raw.context?.length ? raw.context : undefined,
    }
  })

export const generate: Route = route({
  method: 'POST',
  path: '/api/generate',
  surface: 'ollama',
  summary: 'Answer a prompt',
  description: 'A stream of JSON lines unless `stream` is false.',
  anyContentType: true,
  body,
  response: generateAnswer,
  produces: ['application/x-ndjson'],
  handle: async (request) => {
    const { body } = request
    if (body.prompt === '' && body.images.length === 0) return loadOnly(request, body, { response: '' })
    if (body.common.stream) return ndjsonResponse(request, answer(request, true))
    return lastOnly(answer(request, false))
  },
})

interface Prompt {
  readonly input: GenerateInput
  /** What the returned `context` begins with; null where none is returned. */
  readonly tokens: readonly number[] | null
}

/**
 * The prompt of a request: as it is, as one turn of a chat, or as a turn that follows the tokens of an earlier answer.
 */
async function promptOf(body: GenerateBody, engine: Engine): Promise<Prompt> {
  if (body.raw || body.suffix !== undefined) {
    return { input: { type: 'completion', prompt: body.prompt, ...defined({ suffix: body.suffix }) }, tokens: null }
  }
  const content: ContentPart[] = [...body.images]
  if (body.prompt !== '') content.push({ type: 'text', text: body.prompt })
  const messages: ChatMessage[] = [{ role: 'user', content }]
  if (body.system !== undefined) messages.unshift({ role: 'system', content: [{ type: 'text', text: body.system }] })
  const input = { type: 'chat', messages, ...defined({ thinking: body.common.thinking }) } as const
  // Images have no tokens that a context could hold; a model that cannot see refuses them in the pipeline.
  if (body.images.length > 0) return { input, tokens: null }
  const { context = [] } = body
  const { tokens } = await engine.renderChat(input)
  const all = [...context, ...tokens]
  return { input: context.length === 0 ? input : { type: 'completion', prompt: all }, tokens: all }
}

/** The objects of one answer. Not streamed, there is one that holds everything. */
async function* answer(request: RouteRequest<GenerateBody>, stream: boolean): AsyncIterable<object> {
  const { body, server } = request
  const began = server.clock.monotonic()
  // Held to the end, so that a model that is to be kept for no time at all is not loaded for each step anew.
  const lease = await server.sanjha.engines.acquire(body.model, body.common.acquire, request.signal)
  try {
    const { engine, model, loadMs } = lease
    checkThinking(engine, model, body.common.thinking)
    const prompt = await promptOf(body, engine)
    const parts = generateParts(
      request,
      { ...body.common.generate, input: prompt.input },
      { surface: 'ollama', model: body.model, acquire: body.common.acquire },
    )
    const head = (): object => ({ model, created_at: new Date(server.clock.now()).toISOString() })
    let response = ''
    let thinking = ''
    const logprobs: object[] = []
    for await (const part of parts) {
      if (part.type === 'text') {
        const own = part.logprobs ? wireLogprobs(part.logprobs) : []
        response += part.text
        logprobs.push(...own)
        if (stream && (part.text !== '' || own.length > 0)) {
          yield { ...head(), response: part.text, ...(own.length > 0 && { logprobs: own }), done: false }
        }
      } else if (part.type === 'reasoning') {
        thinking += part.text
        if (stream && part.text !== '') yield { ...head(), response: '', thinking: part.text, done: false }
      } else if (part.type === 'finish') {
        const context = prompt.tokens && [...prompt.tokens, ...(await engine.tokenize(response))]
        yield {
          ...head(),
          response: stream ? '' : response,
          ...(!stream && thinking !== '' && { thinking }),
          ...(!stream && logprobs.length > 0 && { logprobs }),
          ...finalFields(part.usage, part.reason, { totalMs: server.clock.monotonic() - began, loadMs }),
          ...(context && { context }),
        }
      }
    }
  } finally {
    lease.release()
  }
}
