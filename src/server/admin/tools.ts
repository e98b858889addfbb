import { z } from 'zod'
import { SanjhaError } from '../../core/index.ts'
import { json, type Route, type RouteRequest, route } from '../http/route.ts'
import { isExposed } from '../http/startPull.ts'
import { validate } from '../http/validate.ts'
import { keptSettings } from '../openai/chatSettings.ts'
import { allowedTools, decidedCall, offeredTools, revokedTool, toolServers } from './answerSchemas.ts'

const decideBody = z.object({
  allow: z.boolean(),
  forChat: z.boolean().optional().meta({
    description: 'Allow all later calls of this tool in this chat as well.',
  }),
  name: z.string().meta({ description: 'The tool, as it was shown to who decides.' }),
  arguments: z.string().meta({ description: 'The arguments, as they were shown: the text that the answer has.' }),
})

const decideToolCall: Route = route({
  method: 'POST',
  path: '/sanjha/v1/answers/:messageId/tools/:callId',
  surface: 'admin',
  summary: 'Allow or refuse a tool call that an answer asks for',
  description:
    'Answers at once. The result is written into the answer; when all of its calls have ended, the model goes on in a new ' +
    'answer below. `/sanjha/v1/events` tells of both. A call that is not the one that was shown is a conflict.',
  body: decideBody as z.ZodType<z.output<typeof decideBody>>,
  response: decidedCall,
  status: 202,
  handle: (request) => json(decide(request), 202),
})

function decide(request: RouteRequest<z.output<typeof decideBody>>): unknown {
  checkMayUseTools(request)
  const { id, params, body, keyId, server } = request
  const { answers, chats } = server.sanjha
  const { messageId = '', callId = '' } = params
  const settings = chats.message(messageId).data?.['settings']
  const kept = settings === undefined ? undefined : validate(keptSettings, settings, 'body')
  const decision = !body.allow ? 'refuse' : body.forChat ? 'allow-for-chat' : 'allow'
  const work = server.openWork()
  try {
    const call = { id: callId, name: body.name, arguments: body.arguments }
    const { message: decided, ended } = answers.decide(messageId, call, decision, {
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

/**
 * Tool servers run as the user of this machine. Who may use the API of a server that others can reach shall not thereby run
 * programs on it, unless its owner wants that. Errors: `forbidden`.
 */
export function checkMayUseTools({ server, keyId }: Pick<RouteRequest, 'server' | 'keyId'>): void {
  const { config } = server.sanjha
  if (!isExposed(config) || keyId === 'control' || config.server.toolsForKeys) return
  throw new SanjhaError(
    'forbidden',
    'Over the API of a server that others can reach, tool servers are not to be used.',
    {
      hint: 'Whoever runs the server can allow it: `sanjha config set server.toolsForKeys true`.',
    },
  )
}

const allowedInChat: Route = route({
  method: 'GET',
  path: '/sanjha/v1/chats/:id/tools',
  surface: 'admin',
  summary: 'List the tools that are called in a chat without a question',
  response: allowedTools,
  handle: ({ params, server }) => json({ tools: server.sanjha.answers.allowedTools(params['id'] ?? '') }),
})

const revokeInChat: Route = route({
  method: 'DELETE',
  path: '/sanjha/v1/chats/:id/tools/:tool',
  surface: 'admin',
  summary: 'Ask again before this tool is called in this chat',
  response: revokedTool,
  handle: ({ params, server }) =>
    json({ revoked: server.sanjha.answers.revokeTool(params['id'] ?? '', params['tool'] ?? '') }),
})

const listToolServers: Route = route({
  method: 'GET',
  path: '/sanjha/v1/tools',
  surface: 'admin',
  summary: 'List the tool servers, and the tools of those that were asked',
  response: toolServers,
  handle: (request) => {
    checkMayUseTools(request)
    return json({ servers: request.server.sanjha.tools.list() })
  },
})

const askToolServer: Route = route({
  method: 'POST',
  path: '/sanjha/v1/tools/:server',
  surface: 'admin',
  summary: 'Start or reach a tool server and list its tools',
  response: offeredTools,
  handle: async (request) => {
    checkMayUseTools(request)
    const { params, server, signal } = request
    return json({ tools: await server.sanjha.tools.tools(params['server'] ?? '', signal) })
  },
})

export const toolRoutes: readonly Route[] = [
  listToolServers,
  askToolServer,
  decideToolCall,
  allowedInChat,
  revokeInChat,
]
