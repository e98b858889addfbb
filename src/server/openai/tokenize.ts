import { z } from 'zod'
import { SanjhaError } from '../../core/index.ts'
import { withEngine } from '../http/calls.ts'
import { mapLimited } from '../http/concurrency.ts'
import type { MessagesWithImages } from '../http/resolveImages.ts'
import { json, type Route, route } from '../http/route.ts'
import { defined, optional } from '../http/schema.ts'
import { chatMessages } from './messages.ts'
import { detokenizeResponse, tokenizeResponse } from './responseSchemas.ts'
import { chatTools } from './tools.ts'

const tokenizeBody = z
  .object({
    model: optional(z.string()).meta({ description: 'Absent: the default model.' }),
    prompt: optional(z.string()).meta({ description: 'Text, or `messages` instead.' }),
    content: optional(z.string()).meta({ description: 'llama.cpp’s name for `prompt`.' }),
    messages: optional(chatMessages),
    tools: optional(chatTools),
    add_special_tokens: optional(z.boolean()).meta({ description: 'As the model reads a prompt. Default true.' }),
    add_special: optional(z.boolean()),
    return_token_strs: optional(z.boolean()),
    with_pieces: optional(z.boolean()),
  })
  .transform((raw) => {
    const text = raw.prompt ?? raw.content
    if ((text === undefined) === (raw.messages === undefined)) {
      throw new SanjhaError('invalid_request', 'Give either `prompt` or `messages`.', { param: 'prompt' })
    }
    return {
      model: raw.model ?? '',
      text,
      messages: raw.messages as MessagesWithImages | undefined,
      tools: raw.tools,
      // llama.cpp leaves special tokens out unless asked; vLLM puts them in. The field's name tells who asks.
      special: raw.add_special_tokens ?? raw.add_special ?? raw.content === undefined,
      pieces: raw.return_token_strs ?? raw.with_pieces ?? false,
    }
  })

export const tokenize: Route = route({
  method: 'POST',
  path: '/tokenize',
  surface: 'openai',
  summary: 'Turn text or a chat into token ids',
  body: tokenizeBody as z.ZodType<z.output<typeof tokenizeBody>>,
  response: tokenizeResponse,
  handle: (request) => {
    const { model, text, messages, tools, special, pieces } = request.body
    return withEngine(request, model, {}, async (engine) => {
      const tokens =
        messages === undefined
          ? await engine.tokenize(text ?? '', { special })
          : (await engine.renderChat({ type: 'chat', messages: messages.messages, ...defined({ tools }) })).tokens
      const strings = pieces
        ? await mapLimited(tokens, (token) => engine.detokenize([token], { special: true }), 64)
        : null
      return json({
        count: tokens.length,
        max_model_len: engine.capabilities.contextLength,
        tokens,
        token_strs: strings,
      })
    })
  },
})

const detokenizeBody = z.object({
  model: optional(z.string()).meta({ description: 'Absent: the default model.' }),
  tokens: z.array(z.number().int().min(0)),
})

export const detokenize: Route = route({
  method: 'POST',
  path: '/detokenize',
  surface: 'openai',
  summary: 'Turn token ids into text',
  body: detokenizeBody as z.ZodType<z.output<typeof detokenizeBody>>,
  response: detokenizeResponse,
  handle: (request) =>
    withEngine(request, request.body.model ?? '', {}, async (engine) => {
      const text = await engine.detokenize(request.body.tokens, { special: true })
      return json({ prompt: text, content: text })
    }),
})
