import { withEngine } from '../http/calls.ts'
import { resolveImages } from '../http/resolveImages.ts'
import { json, type Route, route } from '../http/route.ts'
import { countRequest } from './request.ts'
import { tokenCount } from './responseSchemas.ts'

export const countTokens: Route = route({
  method: 'POST',
  path: '/v1/messages/count_tokens',
  surface: 'anthropic',
  summary: 'Count the tokens of a chat',
  body: countRequest,
  response: tokenCount,
  handle: async (request) => {
    const { body } = request
    const messages = await resolveImages(request, body.model, {}, body.messages)
    return withEngine(request, body.model, {}, async (engine) => {
      const { tokens } = await engine.renderChat(body.chat(messages))
      return json({ input_tokens: tokens.length })
    })
  },
})
