import type { JsonObject } from './contract.ts'

/** Tells whether a value has the form in which it is read later. */
type Form = (value: unknown) => boolean

const isText: Form = (value) => typeof value === 'string'
const isBool: Form = (value) => typeof value === 'boolean'
const isWhole: Form = (value) => Number.isSafeInteger(value)
const isCount: Form = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const isRate: Form = (value) => value === null || Number.isFinite(value)
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const oneOf =
  (...words: readonly unknown[]): Form =>
  (value) =>
    words.includes(value)
const listOf =
  (form: Form): Form =>
  (value) =>
    Array.isArray(value) && value.every(form)
const orAbsent =
  (form: Form): Form =>
  (value) =>
    value === undefined || form(value)
const objectOf =
  (fields: Readonly<Record<string, Form>>): Form =>
  (value) =>
    isObject(value) && Object.entries(fields).every(([name, form]) => form(own(value, name)))

const texts = listOf(isText)
const toolCall = objectOf({
  id: isText,
  name: isText,
  arguments: isText,
  state: oneOf('requested', 'running', 'done', 'failed', 'refused'),
  result: orAbsent(isText),
})
const textFile = objectOf({ type: oneOf('text'), name: isText, text: isText })
const image = objectOf({ type: oneOf('image'), name: isText, url: isText })

/** What is read of a message's data; all else is its writer's own. */
const ofMessage: Readonly<Record<string, Form>> = {
  state: oneOf('waiting', 'streaming', 'done', 'stopped', 'interrupted', 'failed'),
  error: objectOf({
    code: isText,
    message: isText,
    status: isWhole,
    retryable: isBool,
    hint: orAbsent(isText),
    param: orAbsent(isText),
    details: orAbsent(isObject),
  }),
  finishReason: oneOf('stop', 'length', 'tool-calls', 'blocked', 'budget'),
  usage: objectOf({
    promptTokens: isCount,
    cachedTokens: isCount,
    completionTokens: isCount,
    reasoningTokens: orAbsent(isCount),
  }),
  timings: objectOf({
    loadMs: isCount,
    firstTokenMs: (value) => value === null || isCount(value),
    totalMs: isCount,
    tokensPerSecond: isRate,
    promptTokensPerSecond: isRate,
  }),
  settings: isObject,
  system: isText,
  leftOut: texts,
  tools: texts,
  offered: texts,
  overflow: oneOf('error', 'leave_out'),
  toolCalls: listOf(toolCall),
  attachments: listOf((value) => textFile(value) || image(value)),
}

const ofChat: Readonly<Record<string, Form>> = {
  system: isText,
  settings: isObject,
  tools: texts,
  allowedTools: texts,
}

export type DataOf = 'chat' | 'message'

/** Keys of `data` that are read here, and that are there in a form in which they cannot be. */
export function malformedKeys(data: JsonObject, of: DataOf): string[] {
  return Object.entries(of === 'chat' ? ofChat : ofMessage)
    .filter(([key, form]) => own(data, key) !== undefined && !form(own(data, key)))
    .map(([key]) => key)
}

/** What lies in JSON may be called as what every object has. */
function own(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
}
