import { z } from 'zod'
import type { Chats, StoredChatMessage } from '../../chats/index.ts'
import { json, type Route, type RouteRequest, route } from '../http/route.ts'
import { validate } from '../http/validate.ts'
import { keptSettings } from '../openai/chatSettings.ts'
import { decidedCall, offeredTools, toolServers } from './answerSchemas.ts'

const decideBody = z.object({
  allow: z.boolean(),
  forChat: z.boolean().optional().meta({
    description: 'Allow all later calls of this tool in this chat as well.',
  }),
})

const decideToolCall: Route = route({
  method: 'POST',
  path: '/sanjha/v1/answers/:messageId/tools/:callId',
  surface: 'admin',
  summary: 'Allow or refuse a tool call that an answer asks for',
  description:
    'Answers at once. The result is written into the answer; when all of its calls have ended, the model goes on in a new ' +
    'answer below. `/sanjha/v1/events` tells of both.',
  body: decideBody as z.ZodType<z.output<typeof decideBody>>,
  response: decidedCall,
  status: 202,
  handle: (request) => json(decide(request), 202),
})

function decide({ id, params, body, keyId, server }: RouteRequest<z.output<typeof decideBody>>): unknown {
  const { answers, chats } = server.sanjha
  const { messageId = '', callId = '' } = params
  const message = chats.message(messageId)
  const settings = message.data?.['settings']
  const kept = settings === undefined ? undefined : validate(keptSettings, settings, 'body')
  const work = server.openWork()
  try {
    if (body.allow && body.forChat) allowForChat(chats, message, callId)
    const { message: decided, ended } = answers.decide(messageId, callId, body.allow, {
      ...(kept !== undefined && { settings: { generate: kept.settings.generate, chat: kept.settings.chat } }),
      caller: { keyId, surface: 'admin' },
      requestId: id,
      signal: work.signal,
    })
    void ended.then(() => work.end())
    return { message: decided }
  } catch (error) {
    work.end()
    throw error
  }
}

function allowForChat(chats: Chats, { chatId, data }: StoredChatMessage, callId: string): void {
  const calls = (data?.['toolCalls'] ?? []) as { readonly id: string; readonly name: string }[]
  const name = calls.find((call) => call.id === callId)?.name
  if (name === undefined) return
  const kept = chats.summary(chatId).data
  const allowed = Array.isArray(kept?.['allowedTools']) ? (kept['allowedTools'] as string[]) : []
  if (!allowed.includes(name)) chats.update(chatId, { data: { ...kept, allowedTools: [...allowed, name] } })
}

const listToolServers: Route = route({
  method: 'GET',
  path: '/sanjha/v1/tools',
  surface: 'admin',
  summary: 'List the tool servers, and the tools of those that were asked',
  response: toolServers,
  handle: ({ server }) => json({ servers: server.sanjha.tools.list() }),
})

const askToolServer: Route = route({
  method: 'POST',
  path: '/sanjha/v1/tools/:server',
  surface: 'admin',
  summary: 'Start or reach a tool server and list its tools',
  response: offeredTools,
  handle: async ({ params, server, signal }) =>
    json({ tools: await server.sanjha.tools.tools(params['server'] ?? '', signal) }),
})

export const toolRoutes: readonly Route[] = [listToolServers, askToolServer, decideToolCall]
