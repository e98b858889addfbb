import { z } from 'zod'

/** What Sanjha's own API says of its configuration, for the OpenAPI document. Tests hold every answer against these. */

const value = z.union([z.string(), z.number(), z.boolean(), z.array(z.unknown()), z.null()])

const setting = {
  key: z.string(),
  value: value.describe('As a person writes it, such as `5m`; null for a secret'),
  origin: z.looseObject({ from: z.enum(['flag', 'env', 'project', 'user', 'default']) }),
  description: z.string(),
  type: z.string().describe('In words, after “takes”'),
  default: value,
  env: z.array(z.string()).describe('Environment variables, the strongest first'),
  editable: z.boolean().describe('Whether it may be changed over HTTP'),
  secret: z.boolean(),
  needsRestart: z.boolean(),
  choices: z.array(z.string()).optional(),
  isSet: z.boolean().optional().describe('Of secrets: whether there is one'),
  pending: z.boolean().describe('It was changed, and this server still runs with what it was before'),
}

export const settingStates: z.ZodType = z.object({
  settings: z.array(z.object(setting).meta({ id: 'Setting' })),
  userFile: z.string(),
  projectFile: z.string().nullable(),
  warnings: z.array(z.string()),
})

export const changedSetting: z.ZodType = z
  .object({
    ...setting,
    note: z.string().nullable().describe('Why the change has no effect, where something is stronger'),
  })
  .meta({ id: 'ChangedSetting' })

const remote = z
  .object({
    name: z.string().describe('Models of this remote are called `NAME/MODEL`'),
    baseUrl: z.string(),
    key: z
      .object({
        from: z.enum(['env', 'file']),
        name: z.string().describe('Of the variable or the file'),
        isThere: z.boolean(),
      })
      .nullable()
      .describe('Where its key is; never the key. Null where it needs none'),
    models: z.array(z.string()).nullable().describe('Only these; null: all that it lists'),
    removable: z.boolean(),
  })
  .meta({ id: 'Remote' })

export const remoteState: z.ZodType = remote
export const remoteStates: z.ZodType = z.object({ remotes: z.array(remote) })
export const removedRemote: z.ZodType = z.object({ removed: z.string() })

export const remoteTest: z.ZodType = z
  .object({
    ok: z.boolean(),
    problem: z
      .enum([
        'unknown_host',
        'unreachable',
        'timeout',
        'certificate',
        'refused_address',
        'key_missing',
        'key_refused',
        'no_api',
        'failed',
      ])
      .nullable(),
    message: z.string(),
    hint: z.string().nullable(),
    models: z.array(z.string()),
  })
  .meta({ id: 'RemoteTest' })

export const findings: z.ZodType = z.object({
  findings: z.array(
    z
      .object({
        id: z.string(),
        title: z.string(),
        outcome: z.enum(['ok', 'warning', 'problem', 'skipped']),
        message: z.string(),
        remedy: z.string().optional().describe('How to mend it'),
      })
      .meta({ id: 'Finding' }),
  ),
})
