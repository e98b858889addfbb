import type { GenerateRequest, Part, Usage } from '../../engine/index.ts'
import { type CallOptions, collect, generateParts } from '../http/calls.ts'
import { mapLimited, merge } from '../http/concurrency.ts'
import { newId } from '../http/ids.ts'
import { resolveImages } from '../http/resolveImages.ts'
import { json, type Route, type RouteRequest, route } from '../http/route.ts'
import { openaiSse, sseData, sseDone } from '../http/sse.ts'
import { streamResponse } from '../http/streamResponse.ts'
import { type ChatRequest, chatRequest } from './chatRequest.ts'
import { chatCompletion } from './responseSchemas.ts'
import { finishReason, wireLogprobs, wireUsage } from './wire.ts'

export const chatCompletions: Route = route({
  method: 'POST',
  path: '/v1/chat/completions',
  surface: 'openai',
  summary: 'Answer a chat',
  description: 'With `stream: true` the answer comes as server-sent events that end in `data: [DONE]`.',
  body: chatRequest,
  response: chatCompletion,
  produces: ['text/event-stream'],
  handle: async (request) => {
    const { body } = request
    const messages = await resolveImages(request, body.model, {}, body.messages)
    const requests = Array.from({ length: body.n }, (_, choice) => body.generate(messages, choice))
    return body.stream ? stream(request, requests) : answer(request, requests)
  },
})

/** What is the same in every object of one answer. */
interface Head {
  readonly id: string
  readonly created: number
  model: string
}

function begin(request: RouteRequest<ChatRequest>): { head: Head; options: CallOptions } {
  const { clock } = request.server
  const head: Head = { id: newId('chatcmpl-'), created: Math.floor(clock.now() / 1000), model: request.body.model }
  const options: CallOptions = {
    surface: 'openai',
    model: request.body.model,
    paramNames: { thinking: request.body.thinkingField },
    onRouted: ({ model }) => {
      head.model = model
    },
  }
  return { head, options }
}

async function answer(request: RouteRequest<ChatRequest>, requests: readonly GenerateRequest[]): Promise<Response> {
  const { head, options } = begin(request)
  const answers = await mapLimited(requests, (generate, index) =>
    collect(generateParts(request, generate, { ...options, index })),
  )
  return json({
    id: head.id,
    object: 'chat.completion',
    created: head.created,
    model: head.model,
    choices: answers.map((a, index) => ({
      index,
      message: {
        role: 'assistant',
        content: a.text === '' && a.toolCalls.length > 0 ? null : a.text,
        refusal: null,
        ...(a.reasoning !== '' && { reasoning_content: a.reasoning }),
        ...(a.toolCalls.length > 0 && {
          tool_calls: a.toolCalls.map(({ id, name, arguments: args }) => ({
            id,
            type: 'function',
            function: { name, arguments: args },
          })),
        }),
      },
      logprobs: request.body.logprobs ? { content: wireLogprobs(a.logprobs), refusal: null } : null,
      finish_reason: finishReason(a.reason),
    })),
    usage: wireUsage(
      answers.map((a) => a.usage),
      true,
    ),
  })
}

async function stream(request: RouteRequest<ChatRequest>, requests: readonly GenerateRequest[]): Promise<Response> {
  const { head, options } = begin(request)
  const parts = merge(requests.map((generate, index) => generateParts(request, generate, { ...options, index })))
  return streamResponse(request, openaiSse, chunks(request.body, head, parts))
}

async function* chunks(
  body: ChatRequest,
  head: Head,
  parts: AsyncIterable<{ readonly index: number; readonly item: Part }>,
): AsyncIterable<string> {
  const chunk = (choices: readonly object[], usage: object | null = null): string =>
    sseData({
      id: head.id,
      object: 'chat.completion.chunk',
      created: head.created,
      model: head.model,
      choices,
      ...(body.includeUsage && { usage }),
    })
  const choice = (index: number, delta: object, more: object = {}): object => ({
    index,
    delta,
    logprobs: null,
    finish_reason: null,
    ...more,
  })
  const opened = new Set<number>()
  const openedCalls = new Set<string>()
  const usages: Usage[] = []
  for await (const { index, item } of parts) {
    if (!opened.has(index)) {
      opened.add(index)
      yield chunk([choice(index, { role: 'assistant', content: '' })])
    }
    switch (item.type) {
      case 'text': {
        const logprobs = body.logprobs && item.logprobs ? { content: wireLogprobs(item.logprobs), refusal: null } : null
        if (item.text !== '' || logprobs) yield chunk([choice(index, { content: item.text }, { logprobs })])
        break
      }
      case 'reasoning':
        if (item.text !== '') yield chunk([choice(index, { reasoning_content: item.text })])
        break
      case 'tool-call': {
        const key = `${index}.${item.index}`
        yield chunk([choice(index, { tool_calls: [toolCallDelta(item, openedCalls.has(key))] })])
        openedCalls.add(key)
        break
      }
      case 'finish':
        usages.push(item.usage)
        yield chunk([choice(index, {}, { finish_reason: finishReason(item.reason) })])
        break
    }
  }
  if (body.includeUsage) yield chunk([], wireUsage(usages, true))
  yield sseDone
}

/** The id and the name come once, with the first piece. */
function toolCallDelta(part: Extract<Part, { type: 'tool-call' }>, seen: boolean): object {
  if (seen) return { index: part.index, function: { arguments: part.argumentsDelta } }
  return {
    index: part.index,
    id: part.id,
    type: 'function',
    function: { name: part.name, arguments: part.argumentsDelta },
  }
}
