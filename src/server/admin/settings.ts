import { z } from 'zod'
import { json, type Route, route } from '../http/route.ts'
import { checkSource } from '../http/startPull.ts'
import { changedSetting, settingStates } from './settingSchemas.ts'

const base = '/sanjha/v1/settings'

export const listSettings: Route = route({
  method: 'GET',
  path: base,
  surface: 'admin',
  summary: 'Every setting, what it means, and where its value comes from',
  description: 'As it is now: a value that this server still runs without is `pending`.',
  response: settingStates,
  handle: async ({ server }) => json(await server.sanjha.liveSettings.report()),
})

const changeBody: z.ZodType<{ readonly value: unknown }> = z
  .object({ value: z.unknown().meta({ description: 'Null: back to the default.' }) })
  .superRefine((body, context) => {
    if ('value' in body) return
    context.addIssue({
      code: 'custom',
      path: ['value'],
      message: 'is missing; null takes the setting back to its default',
    })
  })
  .transform(({ value }) => ({ value }))

export const changeSetting: Route = route({
  method: 'PATCH',
  path: `${base}/:key`,
  surface: 'admin',
  summary: 'Change a setting in the user’s configuration file',
  description:
    'Checked before it is written: a wrong value changes nothing. Settings that guard the server are changed on the machine alone.',
  body: changeBody,
  response: changedSetting,
  handle: async (request) => {
    const { sanjha } = request.server
    const { value } = request.body
    const key = request.params['key'] ?? ''
    // It is fetched when a request names no model, so it is no less a source than one that a pull names.
    if (key === 'models.default' && typeof value === 'string' && value.trim() !== 'auto') {
      checkSource(request, value.trim())
    }
    return json(await sanjha.liveSettings.set(key, value))
  },
})
