import { z } from 'zod'
import { SanjhaError } from '../../core/index.ts'
import type { ChatMessage, ContentPart, Engine, EngineLease, GenerateInput } from '../../engine/index.ts'
import type { Operation } from '../../gateway/index.ts'
import { generateParts } from '../http/calls.ts'
import { imageFromBase64 } from '../http/images.ts'
import { type Route, type RouteRequest, route } from '../http/route.ts'
import { defined, optional } from '../http/schema.ts'
import { wireLogprobs } from '../openai/wire.ts'
import { loadOnly } from './loadOnly.ts'
import { modelField } from './modelField.ts'
import { lastOnly, ndjsonResponse } from './ndjson.ts'
import { type CommonFields, commonFields } from './options.ts'
import { generateAnswer } from './responseSchemas.ts'
import { finalFields, paramNames } from './wire.ts'

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
    checkCombination(raw)
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

/** Errors: `invalid_request` for two fields of which one would have no effect. */
function checkCombination(raw: z.output<typeof fields>): void {
  const refuse = (field: string, other: string): never => {
    throw new SanjhaError('invalid_request', `\`${field}\` and \`${other}\` exclude each other.`, { param: field })
  }
  const pastTemplate = raw.raw ? 'raw' : raw.suffix ? 'suffix' : undefined
  if (pastTemplate !== undefined) {
    if (raw.system) refuse('system', pastTemplate)
    if (raw.images?.length) refuse('images', pastTemplate)
    if (raw.context?.length) refuse('context', pastTemplate)
  }
  // Images have no tokens that a context could hold.
  if (raw.context?.length && raw.images?.length) refuse('context', 'images')
}

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

/** The prompt of a request: as it is, or as one turn of a chat. */
function inputOf(body: GenerateBody): GenerateInput {
  if (body.raw || body.suffix !== undefined) {
    return { type: 'completion', prompt: body.prompt, ...defined({ suffix: body.suffix }) }
  }
  const content: ContentPart[] = [...body.images]
  if (body.prompt !== '') content.push({ type: 'text', text: body.prompt })
  const messages: ChatMessage[] = [{ role: 'user', content }]
  if (body.system !== undefined) messages.unshift({ role: 'system', content: [{ type: 'text', text: body.system }] })
  return { type: 'chat', messages, ...defined({ thinking: body.common.thinking }) }
}

/** The objects of one answer. Not streamed, there is one that holds everything. */
async function* answer(request: RouteRequest<GenerateBody>, stream: boolean): AsyncIterable<object> {
  const { body, server } = request
  const { clock } = server
  const began = clock.monotonic()
  const input = inputOf(body)
  let { model } = body
  let loadMs = 0
  /** Tokenizes as long as the answer lasts; until then the pipeline holds it. */
  let engine: Engine | undefined
  /** What the returned `context` begins with; undefined where none is returned. */
  let context: readonly number[] | undefined
  const prepare = async (lease: EngineLease): Promise<Operation> => {
    engine = lease.engine
    const earlier = body.context ?? []
    // Images have no tokens that a context could hold.
    if (input.type === 'chat' && body.images.length === 0) {
      context = [...earlier, ...(await engine.renderChat(input)).tokens]
    }
    const whole = context !== undefined && earlier.length > 0
    return {
      type: 'generate',
      request: { ...body.common.generate, input: whole ? { type: 'completion', prompt: context! } : input },
    }
  }
  const parts = generateParts(
    request,
    { ...body.common.generate, input },
    {
      surface: 'ollama',
      model,
      acquire: body.common.acquire,
      paramNames,
      prepare,
      onRouted: (routed) => {
        model = routed.model
        loadMs = routed.loadMs
      },
    },
  )
  const head = (): object => ({ model, created_at: new Date(clock.now()).toISOString() })
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
      const tokens = context && [...context, ...(await engine!.tokenize(response))]
      yield {
        ...head(),
        response: stream ? '' : response,
        ...(!stream && thinking !== '' && { thinking }),
        ...(!stream && logprobs.length > 0 && { logprobs }),
        ...finalFields(part.usage, part.reason, { totalMs: clock.monotonic() - began, loadMs }),
        ...(tokens && { context: tokens }),
      }
    }
  }
}
