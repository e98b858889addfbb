import { z } from 'zod'
import type { AnswerSettings, Overflow } from '../../app/contract.ts'
import type { JsonObject } from '../../chats/index.ts'
import { json, type Route, type RouteRequest, route } from '../http/route.ts'
import { defined, optional } from '../http/schema.ts'
import { type KeptSettings, keptSettings } from '../openai/chatSettings.ts'
import { contextMeasure, startedAnswer, stoppedAnswer } from './answerSchemas.ts'
import { questionData, refuseOwnKeys } from './keptData.ts'
import { checkMayUseTools } from './tools.ts'

interface MessageBody {
  readonly text: string
  readonly data?: JsonObject
}

const message: z.ZodType<MessageBody> = z
  .object({
    text: z.string(),
    data: optional(questionData).meta({
      description:
        'Anything to keep. `attachments` is a list of `{type: "text", name, text}` and `{type: "image", name, url}` with a data: URL.',
    }),
  })
  .transform(({ text, data }) => ({ text, ...defined({ data }) }))

interface AnswerBody {
  readonly model: string
  readonly parentId?: string | null | undefined
  readonly message: MessageBody | undefined
  readonly system: string | undefined
  readonly settings: KeptSettings | undefined
  readonly overflow: Overflow | undefined
  readonly tools: string[] | undefined
}

const answerBody: z.ZodType<AnswerBody> = z
  .object({
    model: optional(z.string()).meta({ description: 'Absent: the default model.' }),
    parentId: z
      .string()
      .nullable()
      .optional()
      .meta({
        description:
          'What the question is added to, or, without `message`, the question that is answered (again). Absent: the end of ' +
          'the branch that is shown. Null: the question begins the chat anew.',
      }),
    message: optional(message).meta({ description: 'The question. Absent: one that is there already is answered.' }),
    system: optional(z.string()).meta({
      description: 'Absent: the first system message of the branch, else `system` of the chat’s data.',
    }),
    settings: optional(keptSettings),
    overflow: optional(z.enum(['error', 'leave_out'])).meta({
      description: 'What happens to a chat that is too long: an error (default), or its oldest turns are left out.',
    }),
    tools: optional(z.array(z.string())).meta({
      description: 'Names of tool servers (`GET /sanjha/v1/tools`) whose tools the model may ask for.',
    }),
  })
  .transform((raw) => ({ ...raw, model: raw.model ?? '' }))

interface ContextBody {
  readonly model: string
  readonly leafId: string | undefined
  readonly system: string | undefined
  readonly settings: KeptSettings | undefined
  readonly draft: string | MessageBody | undefined
}

const contextBody: z.ZodType<ContextBody> = z.object({
  model: z.string().min(1),
  leafId: optional(z.string()).meta({ description: 'Where the branch ends. Absent: the one that is shown.' }),
  system: optional(z.string()),
  settings: optional(keptSettings),
  draft: optional(z.union([z.string(), message])).meta({
    description: 'What is being written: its text, or a message.',
  }),
})

const startAnswer: Route = route({
  method: 'POST',
  path: '/sanjha/v1/chats/:id/answers',
  surface: 'admin',
  summary: 'Ask, and let the server write the answer into the chat',
  description:
    'Answers at once with the question and an empty answer, which grows until its `data.state` is `done`, `stopped`, ' +
    '`interrupted` or `failed`, whether anybody looks or not. `/sanjha/v1/events` tells of it.',
  body: answerBody,
  response: startedAnswer,
  status: 202,
  handle: (request) => json(start(request), 202),
})

function start(request: RouteRequest<AnswerBody>): unknown {
  const { id, params, body, keyId, server } = request
  const { model, parentId, message: question, system, settings, overflow, tools } = body
  if (tools !== undefined && tools.length > 0) checkMayUseTools(request)
  refuseOwnKeys(question?.data, 'message', { param: 'message.data' })
  const work = server.openWork()
  try {
    const { ended, ...started } = server.sanjha.answers.start(params['id'] ?? '', {
      model,
      ...defined({ parentId, message: question, system, overflow, tools }),
      ...(settings !== undefined && { settings: toAnswerSettings(settings), rawSettings: settings.raw }),
      caller: { keyId, surface: 'admin' },
      paramNames: { thinking: `settings.${settings?.settings.thinkingField ?? 'reasoning_effort'}` },
      requestId: id,
      signal: work.signal,
    })
    void ended.then(() => work.end())
    return started
  } catch (error) {
    work.end()
    throw error
  }
}

function toAnswerSettings({ settings: { generate, chat } }: KeptSettings): AnswerSettings {
  return { generate, chat }
}

const stopAnswer: Route = route({
  method: 'POST',
  path: '/sanjha/v1/answers/:messageId/stop',
  surface: 'admin',
  summary: 'Stop an answer; what was said stays',
  response: stoppedAnswer,
  handle: ({ params, server }) => json({ stopped: server.sanjha.answers.stop(params['messageId'] ?? '') }),
})

const measureContext: Route = route({
  method: 'POST',
  path: '/sanjha/v1/chats/:id/context',
  surface: 'admin',
  summary: 'How much of a model’s context a chat takes',
  description:
    'Counts what would be sent, by the model’s own template and vocabulary. A model that is not loaded stays so: then ' +
    'it is an estimate, and `measured` is false. `leftOut` is what `overflow: "leave_out"` would leave out.',
  body: contextBody,
  response: contextMeasure,
  handle: async ({ params, body, server, signal }) => {
    const { model, leafId, system, settings, draft } = body
    return json(
      await server.sanjha.answers.measure(params['id'] ?? '', {
        model,
        ...defined({ leafId, system, draft: typeof draft === 'string' ? { text: draft } : draft }),
        ...(settings !== undefined && { settings: toAnswerSettings(settings) }),
        signal,
      }),
    )
  },
})

export const answerRoutes: readonly Route[] = [startAnswer, stopAnswer, measureContext]
