import { z } from 'zod'

/**
 * What each command prints with `--json`, as schemas. The reference page is made from them and `test/cli` holds the real
 * output against them; the program itself does not load them. Further members may be added; those here stay.
 */

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const time = z.iso.datetime()
const summary = z.looseObject({
  name: z.string(),
  digest,
  size: z.number().int().describe('Bytes'),
  format: z.enum(['gguf', 'safetensors']),
  license: z.string().nullable().describe('SPDX id; null when nothing says'),
  modified: time,
})
const error = z.object({
  error: z.looseObject({
    code: z.string(),
    message: z.string(),
    status: z.number(),
    retryable: z.boolean(),
    cause: z.string().optional(),
    hint: z.string().optional(),
    param: z.string().optional(),
  }),
})
const usage = z.looseObject({ promptTokens: z.number(), completionTokens: z.number(), cachedTokens: z.number() })
const progress = z.looseObject({
  step: z.string(),
  completed: z.number(),
  total: z.number().nullable(),
  unit: z.enum(['bytes', 'items', 'tokens', 'steps']),
  rate: z.number().nullable(),
  eta: z.number().nullable().describe('Seconds'),
})
const run = z.looseObject({
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  state: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted']),
  input: z.unknown(),
  result: z.unknown(),
  error: error.shape.error.nullable(),
  progress: progress.nullable(),
  attempts: z.number(),
  createdAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
})
const loaded = z.looseObject({
  server: z.url(),
  model: z.string(),
  digest: digest.nullable(),
  engine: z.string(),
  state: z.enum(['loading', 'ready', 'unloading', 'restarting', 'failed']),
  contextLength: z.number(),
  status: z
    .looseObject({ active: z.number(), waiting: z.number(), threads: z.number(), threadsReason: z.string() })
    .nullable(),
  expiresAt: time.nullable(),
})

const backend = z.looseObject({
  name: z.enum(['cpu', 'vulkan', 'cuda']),
  state: z.enum(['built-in', 'installed', 'incomplete', 'available', 'unsupported']),
  version: z.string().nullable(),
  license: z.string().nullable().describe('SPDX id'),
  size: z.number().nullable().describe('Bytes, unpacked'),
  directory: z.string().nullable(),
  packages: z.array(z.string()),
})

/** Command → what it prints. `error` is what every command prints when it fails. */
export const cliSchemas: Readonly<Record<string, z.ZodType>> = {
  error,
  bench: z.looseObject({
    promptTokensPerSecond: z.number(),
    generationTokensPerSecond: z.number(),
    timeToFirstTokenMs: z.number(),
    threads: z.number().int(),
    streams: z.number().int(),
  }),
  'config set': z.object({ file: z.string(), key: z.string(), value: z.string() }),
  'config show': z.object({
    userFile: z.string(),
    projectFile: z.string().nullable(),
    home: z.string(),
    settings: z.array(
      z.looseObject({
        key: z.string(),
        value: z.unknown(),
        origin: z.looseObject({ from: z.enum(['flag', 'env', 'project', 'user', 'default']) }),
      }),
    ),
  }),
  cp: z.object({ name: z.string(), digest }),
  doctor: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      outcome: z.enum(['ok', 'warning', 'problem', 'skipped']),
      message: z.string(),
      remedy: z.string().optional(),
    }),
  ),
  'engine list': z.array(backend.extend({ active: z.boolean() })),
  'engine install': backend,
  'engine remove': z.object({ name: z.string(), freedBytes: z.number() }),
  list: z.array(summary),
  'list --catalog': z.array(
    z.looseObject({ id: z.string(), shortNames: z.array(z.string()), license: z.string(), openLicense: z.boolean() }),
  ),
  ps: z.object({
    servers: z.array(z.object({ url: z.url(), pid: z.number(), startedAt: time, version: z.string() })),
    models: z.array(loaded),
  }),
  pull: summary,
  'pull --dry-run': z.object({
    name: z.string(),
    source: z.string(),
    stored: z.boolean(),
    files: z.array(z.object({ name: z.string(), size: z.number().nullable(), digest: z.string().nullable() })),
  }),
  push: z.object({ target: z.string(), digest }),
  rm: z.array(z.object({ name: z.string(), freedBytes: z.number() })),
  run: z.looseObject({
    model: z.string(),
    content: z.string(),
    reasoning: z.string().optional(),
    finishReason: z.enum(['stop', 'length', 'tool-calls', 'blocked', 'budget']),
    usage,
  }),
  'runs cancel': run,
  'runs list': z.array(run),
  'runs show': run,
  'runs watch': z
    .looseObject({
      runId: z.string(),
      sequence: z.number(),
      at: time,
      type: z.enum(['state', 'progress', 'step', 'log', 'result']),
    })
    .describe('JSON Lines: one event a line. `runs resume` prints the same.'),
  serve: z
    .object({ url: z.url(), model: z.string().nullable(), pid: z.number() })
    .describe('One line when everything answers. `up` prints the same.'),
  show: summary.extend({
    architecture: z.string().nullable(),
    parameters: z.number().nullable(),
    quantization: z.string().nullable(),
    contextLength: z.number().nullable(),
    template: z.string().nullable(),
    sources: z.array(z.object({ reference: z.string(), fetched: time.nullable() })),
    defaults: z.looseObject({}),
    files: z.array(z.looseObject({ name: z.string(), digest, size: z.number() })),
  }),
  stop: z.object({ stopped: z.array(z.string()) }),
}
