import { z } from 'zod'

/** What Sanjha's own API answers, for the OpenAPI document. Tests hold every answer against these. */

const time = z.iso.datetime()
const whole = z.int().min(0)
const anything = z.record(z.string(), z.unknown())

const loaded = z
  .object({
    model: z.string(),
    digest: z.string().nullable(),
    engine: z.string(),
    state: z.enum(['loading', 'ready', 'unloading', 'restarting', 'failed']),
    pid: z.int().nullable(),
    contextLength: whole,
    parameters: whole.nullable(),
    quantization: z.string().nullable(),
    status: z
      .looseObject({
        active: whole,
        waiting: whole,
        slots: whole,
        threads: whole,
        threadsReason: z.string(),
        memoryBytes: whole,
        devices: z.array(z.string()).optional().describe('What computes, as its driver names it'),
        generationTokensPerSecond: z.number(),
        promptTokensPerSecond: z.number(),
        draftAcceptance: z.number(),
      })
      .nullable(),
    expiresAt: z.string().nullable(),
    loadedAt: z.string().nullable(),
    restarts: whole,
    logFile: z.string().nullable(),
  })
  .meta({ id: 'LoadedModel' })

export const loadedModel: z.ZodType = loaded
export const loadedModels: z.ZodType = z.object({ models: z.array(loaded) })
export const unloaded: z.ZodType = z.object({ unloaded: z.boolean() })

const run = z
  .object({
    id: z.string(),
    kind: z.string(),
    title: z.string(),
    state: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted']),
    input: z.unknown(),
    result: z.unknown(),
    error: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
    progress: z
      .looseObject({
        step: z.string(),
        completed: z.number(),
        total: z.number().nullable(),
        unit: z.enum(['bytes', 'items', 'tokens', 'steps']),
        rate: z.number().nullable(),
        eta: z.number().nullable(),
      })
      .nullable(),
    attempts: whole,
    createdAt: time,
    startedAt: time.nullable(),
    endedAt: time.nullable(),
  })
  .meta({ id: 'Run' })
export const runRecord: z.ZodType = run
export const runRecords: z.ZodType = z.object({ runs: z.array(run) })

const chat = {
  id: z.string(),
  title: z.string(),
  folder: z.string().nullable(),
  model: z.string().nullable(),
  pinned: z.boolean(),
  data: anything.nullable(),
  messageCount: whole,
  activeMessageId: z.string().nullable(),
  createdAt: time,
  updatedAt: time,
}
const summaryOfChat = z.object(chat).meta({ id: 'ChatSummary' })
export const chatSummary: z.ZodType = summaryOfChat
export const chatPage: z.ZodType = z.object({ chats: z.array(summaryOfChat), next: z.string().nullable() })

const message = z
  .object({
    id: z.string(),
    chatId: z.string(),
    parentId: z.string().nullable(),
    role: z.enum(['system', 'user', 'assistant', 'tool']),
    text: z.string(),
    reasoning: z.string().nullable(),
    model: z.string().nullable(),
    data: anything.nullable(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'ChatMessage' })
export const chatMessage: z.ZodType = message
export const chatPathPage: z.ZodType = z.object({
  messages: z.array(message),
  siblings: z.record(z.string(), z.array(z.string())),
  before: z.string().nullable(),
})
export const chatTree: z.ZodType = z.object({ ...chat, messages: z.array(message) }).meta({ id: 'ChatTree' })
export const searchHits: z.ZodType = z.object({
  hits: z.array(
    z.object({
      chatId: z.string(),
      title: z.string(),
      messageId: z.string().nullable(),
      role: z.string().nullable(),
      snippet: z.string(),
      createdAt: time,
    }),
  ),
})
export const chatFolders: z.ZodType = z.object({ folders: z.array(z.object({ name: z.string(), chats: whole })) })
export const chatExport: z.ZodType = z.looseObject({
  format: z.string(),
  version: z.int(),
  chats: z.array(z.unknown()),
})
export const imported: z.ZodType = z.object({
  added: whole,
  skipped: whole.describe('Chats that were there already'),
  changes: z
    .array(z.object({ what: z.enum(['malformed', 'tools', 'open_call', 'id']), count: whole }))
    .describe(
      'What was not taken over as it stood: malformed keys of `data` and choices of tools (left out), calls of tools that ' +
        'were not made (refused), ids of another form (new ones)',
    ),
})
export const deleted: z.ZodType = z.object({ deleted: z.union([z.boolean(), whole]) })

export const serverHealth: z.ZodType = z.object({
  status: z.enum(['ok', 'starting']),
  version: z.string(),
  uptimeSeconds: z.number(),
  activeRequests: whole,
  loadedModels: whole,
  model: z.string().nullable(),
})

export const serverVersion: z.ZodType = z.object({ version: z.string(), node: z.string(), platform: z.string() })

export const doctorReport: z.ZodType = z.object({
  version: z.string(),
  node: z.string(),
  platform: z.string(),
  cores: whole,
  memory: z.object({ total: whole, free: whole, process: whole }),
  disk: z.object({ free: whole, total: whole }).nullable(),
  store: z.object({ models: whole, bytes: whole }),
  loaded: whole,
  offline: z.boolean(),
  paths: z.object({ data: z.string(), logs: z.string(), cache: z.string() }),
})
