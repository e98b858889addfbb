import type { ChatMessage, MessageData } from './wire.ts'

type Form = (value: unknown) => boolean

const isText: Form = (value) => typeof value === 'string'
const isNumber: Form = (value) => typeof value === 'number'
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const orAbsent =
  (form: Form): Form =>
  (value) =>
    value === undefined || form(value)
const orNothing =
  (form: Form): Form =>
  (value) =>
    value == null || form(value)
const listOf =
  (form: Form): Form =>
  (value) =>
    Array.isArray(value) && value.every(form)
const objectOf =
  (fields: Readonly<Record<string, Form>>): Form =>
  (value) =>
    isObject(value) && Object.entries(fields).every(([name, form]) => form(value[name]))

const forms: Readonly<Record<string, Form>> = {
  state: isText,
  error: objectOf({ code: isText, message: isText, hint: orAbsent(isText) }),
  finishReason: isText,
  usage: objectOf({ promptTokens: isNumber, cachedTokens: isNumber, completionTokens: isNumber }),
  timings: objectOf({ loadMs: isNumber, firstTokenMs: orNothing(isNumber), tokensPerSecond: orNothing(isNumber) }),
  leftOut: listOf(isText),
  offered: listOf(isText),
  toolCalls: listOf(objectOf({ id: isText, name: isText, arguments: isText, state: isText, result: orAbsent(isText) })),
  attachments: listOf(
    (value) =>
      objectOf({ type: isText, name: isText })(value) &&
      isText((value as Record<string, unknown>)[(value as { type: string }).type === 'image' ? 'url' : 'text']),
  ),
}

/** The message without what this page cannot read of it, which is named in `unreadable`. */
export function readMessage(message: ChatMessage): ChatMessage {
  const data = message.data as Record<string, unknown> | null
  if (data === null) return message
  const unreadable = Object.keys(forms).filter((key) => Object.hasOwn(data, key) && !forms[key]?.(data[key]))
  if (unreadable.length === 0) return message
  const rest = Object.fromEntries(Object.entries(data).filter(([key]) => !unreadable.includes(key)))
  return { ...message, data: { ...(rest as MessageData), unreadable } }
}
