import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { type JsonObject, malformedKeys } from '../../chats/index.ts'
import { SanjhaError } from '../../core/index.ts'

/** Written by the server alone, which acts on what it finds there. */
const ownKeys = { chat: ['allowedTools'], message: ['state', 'toolCalls', 'offered', 'allowedTools'] } as const

const kept = (of: 'chat' | 'message', unchecked?: string): z.ZodType<JsonObject> =>
  z.record(z.string(), z.unknown()).superRefine((data, context) => {
    for (const key of malformedKeys(data, of)) {
      if (key === unchecked) continue
      context.addIssue({ code: 'custom', path: [key], message: 'is read by the server, and not of the form it has' })
    }
  })

/** Anything, but what is read here has to be of its form. */
export const chatData: z.ZodType<JsonObject> = kept('chat')
export const messageData: z.ZodType<JsonObject> = kept('message')
/** Of a question: its attachments are looked at when it is put, with more words. */
export const questionData: z.ZodType<JsonObject> = kept('message', 'attachments')

/** Errors: `invalid_request` for keys that only the server writes, unless they say what is `stored`. */
export function refuseOwnKeys(
  data: JsonObject | null | undefined,
  of: 'chat' | 'message',
  { param = 'data', stored = null }: { readonly param?: string; readonly stored?: JsonObject | null } = {},
): void {
  if (data == null) return
  for (const key of ownKeys[of]) {
    if (!Object.hasOwn(data, key)) continue
    if (stored !== null && Object.hasOwn(stored, key) && isDeepStrictEqual(data[key], stored[key])) continue
    throw new SanjhaError('invalid_request', `\`${param}.${key}\` is written by the server alone.`, {
      param: `${param}.${key}`,
      hint: 'Leave it out, or as it is. What is yours may have any other name.',
    })
  }
}
