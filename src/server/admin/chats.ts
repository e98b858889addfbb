import { z } from 'zod'
import type { ChatRole, Chats, NewChat, NewChatMessage } from '../../chats/index.ts'
import { json, type Route, route } from '../http/route.ts'
import { defined, optional } from '../http/schema.ts'
import { chatData, messageData, refuseOwnKeys } from './keptData.ts'
import {
  chatExport,
  chatFolders,
  chatMessage,
  chatPage,
  chatPathPage,
  chatSummary,
  chatTree,
  deleted,
  imported,
  searchHits,
} from './schemas.ts'

const base = '/sanjha/v1/chats'
const role: z.ZodType<ChatRole> = z.enum(['system', 'user', 'assistant', 'tool'])
const limit = z.coerce.number().int().min(1).max(1000).optional()

const listQuery: z.ZodType<NonNullable<Parameters<Chats['list']>[0]>> = z
  .object({ folder: z.string().optional(), limit, after: z.string().optional() })
  .transform(defined)

const pathQuery: z.ZodType<NonNullable<Parameters<Chats['pathPage']>[1]>> = z
  .object({ leaf: z.string().optional(), limit, before: z.string().optional() })
  .transform(defined)

const exportQuery: z.ZodType<{ readonly ids: readonly string[] | undefined }> = z.object({
  ids: z
    .string()
    .optional()
    .transform((text) => text?.split(',').filter(Boolean))
    .meta({ description: 'Ids of chats with commas between them. Absent: all.' }),
})

const newChat: z.ZodType<NewChat> = z
  .object({
    title: optional(z.string()),
    folder: optional(z.string()),
    model: optional(z.string()),
    data: optional(chatData),
  })
  .transform(defined)

const chatPatch: z.ZodType<Parameters<Chats['update']>[1]> = z
  .object({
    title: z.string().optional(),
    folder: z.string().nullable().optional(),
    model: z.string().nullable().optional(),
    pinned: z.boolean().optional(),
    data: chatData.nullable().optional(),
  })
  .transform(defined)

interface NewMessageBody {
  readonly message: NewChatMessage
  readonly parentId: string | null | undefined
}

const newMessage: z.ZodType<NewMessageBody> = z
  .object({
    role,
    text: z.string(),
    reasoning: optional(z.string()),
    model: optional(z.string()),
    data: optional(messageData),
    parentId: z.string().nullable().optional().meta({
      description: 'Absent: the end of the branch that is shown. Null: a new first message.',
    }),
  })
  .transform(({ parentId, role, text, ...rest }) => ({ message: { role, text, ...defined(rest) }, parentId }))

const messagePatch: z.ZodType<Parameters<Chats['updateMessage']>[1]> = z
  .object({
    text: z.string().optional(),
    reasoning: z.string().optional(),
    model: z.string().optional(),
    data: messageData.optional(),
  })
  .transform(defined)

const searchQuery = z.object({ q: z.string().min(1), limit, folder: z.string().optional() })

const selectBody = z.object({ messageId: z.string() })

/** A chat tree kept in the database: what a web page needs, one route per thing that can be done. */
export const chatRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: base,
    surface: 'admin',
    summary: 'List chats, pinned ones first, then the last changed first',
    query: listQuery,
    response: chatPage,
    handle: ({ query, server }) => json(server.sanjha.chats.list(query)),
  }),
  route({
    method: 'POST',
    path: base,
    surface: 'admin',
    summary: 'Begin a chat',
    body: newChat,
    response: chatSummary,
    status: 201,
    handle: ({ body, server }) => {
      refuseOwnKeys(body.data, 'chat')
      return json(server.sanjha.chats.create(body), 201)
    },
  }),
  route({
    method: 'GET',
    path: `${base}/search`,
    surface: 'admin',
    summary: 'Search titles and messages',
    description: 'All words must occur; the last may be a beginning.',
    query: searchQuery as z.ZodType<z.output<typeof searchQuery>>,
    response: searchHits,
    handle: ({ query: { q, ...rest }, server }) => json({ hits: server.sanjha.chats.search(q, defined(rest)) }),
  }),
  route({
    method: 'GET',
    path: `${base}/folders`,
    surface: 'admin',
    summary: 'List the folders',
    response: chatFolders,
    handle: ({ server }) => json({ folders: server.sanjha.chats.folders() }),
  }),
  route({
    method: 'GET',
    path: `${base}/export`,
    surface: 'admin',
    summary: 'Export chats',
    query: exportQuery,
    response: chatExport,
    handle: ({ query, server }) => {
      server.sanjha.answers.flush()
      return json(server.sanjha.chats.export(query.ids))
    },
  }),
  route({
    method: 'POST',
    path: `${base}/import`,
    surface: 'admin',
    summary: 'Import chats; those that are there already stay as they are',
    body: z.unknown(),
    response: imported,
    handle: ({ body, server }) => json(server.sanjha.chats.import(body)),
  }),
  route({
    method: 'GET',
    path: `${base}/:id`,
    surface: 'admin',
    summary: 'Show a chat with all its branches',
    response: chatTree,
    handle: ({ params, server }) => {
      server.sanjha.answers.flush()
      return json(server.sanjha.chats.get(params['id'] ?? ''))
    },
  }),
  route({
    method: 'GET',
    path: `${base}/:id/summary`,
    surface: 'admin',
    summary: 'Show a chat without its messages',
    response: chatSummary,
    handle: ({ params, server }) => json(server.sanjha.chats.summary(params['id'] ?? '')),
  }),
  route({
    method: 'PATCH',
    path: `${base}/:id`,
    surface: 'admin',
    summary: 'Change a chat’s title, folder, model, pin or data',
    body: chatPatch,
    response: chatSummary,
    handle: ({ params, body, server }) => {
      const { chats } = server.sanjha
      const id = params['id'] ?? ''
      if (body.data != null) refuseOwnKeys(body.data, 'chat', { stored: chats.summary(id).data })
      return json(chats.update(id, body))
    },
  }),
  route({
    method: 'DELETE',
    path: `${base}/:id`,
    surface: 'admin',
    summary: 'Delete a chat',
    response: deleted,
    handle: ({ params, server }) => {
      server.sanjha.chats.delete(params['id'] ?? '')
      return json({ deleted: true })
    },
  }),
  route({
    method: 'GET',
    path: `${base}/:id/path`,
    surface: 'admin',
    summary: 'Show one branch, or its newest part',
    description:
      'The branch that ends in `leaf`, by default the one that is shown. With `limit` its newest messages; `before` as it was ' +
      'answered gives those above. `siblings` are the branches that leave at each message.',
    query: pathQuery,
    response: chatPathPage,
    handle: ({ params, query, server }) => {
      server.sanjha.answers.flush()
      return json(server.sanjha.chats.pathPage(params['id'] ?? '', query))
    },
  }),
  route({
    method: 'POST',
    path: `${base}/:id/messages`,
    surface: 'admin',
    summary: 'Add a message',
    body: newMessage,
    response: chatMessage,
    status: 201,
    handle: ({ params, body, server }) => {
      refuseOwnKeys(body.message.data, 'message')
      const options = body.parentId === undefined ? {} : { parentId: body.parentId }
      return json(server.sanjha.chats.append(params['id'] ?? '', body.message, options), 201)
    },
  }),
  route({
    method: 'POST',
    path: `${base}/:id/select`,
    surface: 'admin',
    summary: 'Show the branch through a message',
    body: selectBody as z.ZodType<z.output<typeof selectBody>>,
    response: chatSummary,
    handle: ({ params, body, server }) => json(server.sanjha.chats.select(params['id'] ?? '', body.messageId)),
  }),
  route({
    method: 'GET',
    path: '/sanjha/v1/messages/:id',
    surface: 'admin',
    summary: 'Show one message',
    description: 'Of an answer that is being written: what there is of it now.',
    response: chatMessage,
    handle: ({ params, server }) => {
      server.sanjha.answers.flush()
      return json(server.sanjha.chats.message(params['id'] ?? ''))
    },
  }),
  route({
    method: 'PATCH',
    path: '/sanjha/v1/messages/:id',
    surface: 'admin',
    summary: 'Change a message in place',
    body: messagePatch,
    response: chatMessage,
    handle: ({ params, body, server }) => {
      const { chats } = server.sanjha
      const id = params['id'] ?? ''
      if (body.data !== undefined) refuseOwnKeys(body.data, 'message', { stored: chats.message(id).data })
      return json(chats.updateMessage(id, body))
    },
  }),
  route({
    method: 'DELETE',
    path: '/sanjha/v1/messages/:id',
    surface: 'admin',
    summary: 'Delete a message and everything below it',
    response: deleted,
    handle: ({ params, server }) => json(server.sanjha.chats.deleteMessage(params['id'] ?? '')),
  }),
]
