import type { StoredChatMessage } from '../../chats/index.ts'
import type { CallPart } from '../../gateway/index.ts'
import type { ToolServers } from '../../tools/index.ts'
import type { AnswerWork } from './AnswerWork.ts'
import type { AnswerData, NewAnswer, NextAnswer } from './contract.ts'

/** So many answers may follow one another by tools that were allowed beforehand; then a person decides again. */
export const longestChain = 20

/** How many answers have followed the last question. */
export function stepsOf(path: readonly StoredChatMessage[]): number {
  return path.length - 1 - path.findLastIndex(({ role }) => role === 'user')
}

/** The request with the tools that its servers offer now; starting or reaching them is part of the answer. */
export async function* withTools(
  request: NewAnswer,
  servers: ToolServers,
  work: AnswerWork,
  handle: (request: NewAnswer) => AsyncIterable<CallPart>,
): AsyncIterable<CallPart> {
  const { tools = [], settings } = request
  if (tools.length === 0) {
    yield* handle(request)
    return
  }
  const offered = (await Promise.all(tools.map((server) => servers.tools(server, work.signal)))).flat()
  const told = offered.map(({ name, description, parameters }) => ({ name, description, parameters }))
  work.offer(offered.map(({ name }) => name))
  const chat = { ...settings?.chat, tools: [...(settings?.chat.tools ?? []), ...told] }
  yield* handle({ ...request, settings: { generate: settings?.generate ?? {}, chat } })
}

/** What goes on below an answer whose tools have all been called. */
export function followUp({ id, model, data }: StoredChatMessage, next: NextAnswer): NewAnswer {
  const { settings, system, tools, overflow } = (data ?? {}) as Partial<AnswerData>
  const { settings: parsed, caller, paramNames, requestId, signal } = next
  // Not all of `next`: where calls are made without a person it is the request with its question.
  return {
    caller,
    requestId,
    signal,
    ...(parsed !== undefined && { settings: parsed }),
    ...(paramNames !== undefined && { paramNames }),
    model: model ?? '',
    parentId: id,
    ...(settings !== undefined && { rawSettings: settings }),
    ...(system !== undefined && { system }),
    ...(tools !== undefined && { tools }),
    ...(overflow !== undefined && { overflow }),
  }
}
