import type { Part, Usage } from '../../../engine/index.ts'
import { newId } from '../../http/ids.ts'
import { wireLogprobs } from '../wire.ts'
import type { Item } from './items.ts'

/** One event of a response's stream. */
export type ResponseEvent = { readonly type: string; readonly sequence_number: number; readonly [key: string]: unknown }

type Body = { readonly type: string; readonly [key: string]: unknown }

interface OpenText {
  readonly kind: 'reasoning' | 'message'
  readonly id: string
  readonly index: number
  text: string
  readonly logprobs: object[]
}

interface OpenCall {
  readonly id: string
  readonly index: number
  readonly callId: string
  readonly name: string
  arguments: string
}

/**
 * Turns a model's parts into the items and events of the Responses API. The events of a whole answer, applied in order,
 * give the response object; an answer that is not streamed takes the same way and drops the events.
 */
export class ResponseBuilder {
  readonly id: string = newId('resp_')
  readonly #createdAt: number
  readonly #echo: { readonly [key: string]: unknown }
  readonly #logprobs: boolean
  readonly #output: (Item | undefined)[] = []
  readonly #calls = new Map<number, OpenCall>()
  #open: OpenText | undefined
  #sequence = 0
  #model: string
  #usage: Usage | undefined
  #status: 'in_progress' | 'completed' | 'incomplete' | 'failed' = 'in_progress'
  #completedAt: number | null = null
  #incompleteReason: 'max_output_tokens' | 'content_filter' | null = null
  #error: { readonly code: string; readonly message: string } | null = null

  /** `createdAt` is in seconds since 1970. */
  constructor(options: {
    readonly model: string
    readonly createdAt: number
    readonly echo: { readonly [key: string]: unknown }
    readonly logprobs: boolean
  }) {
    this.#model = options.model
    this.#createdAt = options.createdAt
    this.#echo = options.echo
    this.#logprobs = options.logprobs
  }

  set model(name: string) {
    this.#model = name
  }

  get output(): readonly Item[] {
    return this.#output.filter((item) => item !== undefined)
  }

  start(): ResponseEvent[] {
    return [
      this.#event({ type: 'response.created', response: this.response() }),
      this.#event({ type: 'response.in_progress', response: this.response() }),
    ]
  }

  /** Events of one part. `finish` closes everything; `now` is in seconds since 1970. */
  push(part: Part, now: number): ResponseEvent[] {
    switch (part.type) {
      case 'text':
        return this.#pushText('message', part.text, part.logprobs ? wireLogprobs(part.logprobs) : [])
      case 'reasoning':
        return this.#pushText('reasoning', part.text, [])
      case 'tool-call':
        return this.#pushCall(part)
      case 'finish':
        return this.#finish(part, now)
    }
  }

  /** The last events of a response that failed after it began. */
  fail(error: { readonly code: string; readonly message: string; readonly param: string | null }): ResponseEvent[] {
    this.#status = 'failed'
    this.#error = { code: error.code, message: error.message }
    return [
      this.#event({ type: 'error', code: error.code, message: error.message, param: error.param }),
      this.#event({ type: 'response.failed', response: this.response() }),
    ]
  }

  /** The response object as it is now. */
  response(): { readonly [key: string]: unknown } {
    return {
      id: this.id,
      object: 'response',
      created_at: this.#createdAt,
      completed_at: this.#completedAt,
      status: this.#status,
      error: this.#error,
      incomplete_details: this.#incompleteReason && { reason: this.#incompleteReason },
      model: this.#model,
      output: this.output,
      ...this.#echo,
      usage: this.#usage ? responseUsage(this.#usage) : null,
    }
  }

  #event(body: Body): ResponseEvent {
    return { ...body, sequence_number: this.#sequence++ }
  }

  #pushText(kind: OpenText['kind'], text: string, logprobs: object[]): ResponseEvent[] {
    if (text === '' && logprobs.length === 0) return []
    const events: ResponseEvent[] = []
    if (this.#open?.kind !== kind) events.push(...this.#closeText('completed'), ...this.#openText(kind))
    const open = this.#open!
    open.text += text
    open.logprobs.push(...logprobs)
    const at = { item_id: open.id, output_index: open.index, content_index: 0, delta: text }
    events.push(
      this.#event(
        kind === 'message'
          ? { type: 'response.output_text.delta', ...at, logprobs: this.#logprobs ? logprobs : [] }
          : { type: 'response.reasoning_text.delta', ...at },
      ),
    )
    return events
  }

  #openText(kind: OpenText['kind']): ResponseEvent[] {
    const index = this.#output.push(undefined) - 1
    const open: OpenText = { kind, id: newId(kind === 'message' ? 'msg_' : 'rs_'), index, text: '', logprobs: [] }
    this.#open = open
    const empty = { ...textItem(open, 'in_progress', this.#logprobs), content: [] }
    return [
      this.#event({ type: 'response.output_item.added', output_index: index, item: empty }),
      this.#event({
        type: 'response.content_part.added',
        item_id: open.id,
        output_index: index,
        content_index: 0,
        part: contentPart(open, this.#logprobs),
      }),
    ]
  }

  #closeText(status: 'completed' | 'incomplete'): ResponseEvent[] {
    const open = this.#open
    if (open === undefined) return []
    this.#open = undefined
    const item = textItem(open, status, this.#logprobs)
    this.#output[open.index] = item
    const at = { item_id: open.id, output_index: open.index, content_index: 0 }
    return [
      this.#event(
        open.kind === 'message'
          ? {
              type: 'response.output_text.done',
              ...at,
              text: open.text,
              logprobs: this.#logprobs ? open.logprobs : [],
            }
          : { type: 'response.reasoning_text.done', ...at, text: open.text },
      ),
      this.#event({ type: 'response.content_part.done', ...at, part: contentPart(open, this.#logprobs) }),
      this.#event({ type: 'response.output_item.done', output_index: open.index, item }),
    ]
  }

  #pushCall(part: Extract<Part, { type: 'tool-call' }>): ResponseEvent[] {
    const events = this.#closeText('completed')
    let call = this.#calls.get(part.index)
    if (call === undefined) {
      const index = this.#output.push(undefined) - 1
      call = { id: newId('fc_'), index, callId: part.id, name: part.name, arguments: '' }
      this.#calls.set(part.index, call)
      events.push(
        this.#event({
          type: 'response.output_item.added',
          output_index: index,
          item: callItem(call, 'in_progress'),
        }),
      )
    }
    call.arguments += part.argumentsDelta
    if (part.argumentsDelta !== '') {
      events.push(
        this.#event({
          type: 'response.function_call_arguments.delta',
          item_id: call.id,
          output_index: call.index,
          delta: part.argumentsDelta,
        }),
      )
    }
    return events
  }

  #closeCalls(status: 'completed' | 'incomplete'): ResponseEvent[] {
    const events: ResponseEvent[] = []
    for (const call of this.#calls.values()) {
      const item = callItem(call, status)
      this.#output[call.index] = item
      events.push(
        this.#event({
          type: 'response.function_call_arguments.done',
          item_id: call.id,
          output_index: call.index,
          name: call.name,
          arguments: call.arguments,
        }),
        this.#event({ type: 'response.output_item.done', output_index: call.index, item }),
      )
    }
    this.#calls.clear()
    return events
  }

  #finish(part: Extract<Part, { type: 'finish' }>, now: number): ResponseEvent[] {
    const cut = part.reason === 'length' || part.reason === 'budget'
    const blocked = part.reason === 'blocked'
    const itemStatus = cut || blocked ? 'incomplete' : 'completed'
    // An answer always has an item, even an empty one: clients read `output[0]`.
    const events = this.#output.length === 0 ? this.#openText('message') : []
    events.push(...this.#closeText(itemStatus), ...this.#closeCalls(itemStatus))
    this.#usage = part.usage
    this.#status = itemStatus
    this.#completedAt = itemStatus === 'completed' ? now : null
    this.#incompleteReason = blocked ? 'content_filter' : cut ? 'max_output_tokens' : null
    events.push(this.#event({ type: `response.${itemStatus}`, response: this.response() }))
    return events
  }
}

function contentPart(open: OpenText, withLogprobs: boolean): object {
  if (open.kind === 'reasoning') return { type: 'reasoning_text', text: open.text }
  return { type: 'output_text', text: open.text, annotations: [], logprobs: withLogprobs ? [...open.logprobs] : [] }
}

function textItem(open: OpenText, status: string, withLogprobs: boolean): Item {
  const content = [contentPart(open, withLogprobs)]
  return open.kind === 'message'
    ? { id: open.id, type: 'message', status, role: 'assistant', content }
    : { id: open.id, type: 'reasoning', status, summary: [], content }
}

function callItem(call: OpenCall, status: string): Item {
  return {
    id: call.id,
    type: 'function_call',
    status,
    call_id: call.callId,
    name: call.name,
    arguments: call.arguments,
  }
}

function responseUsage(usage: Usage): object {
  return {
    input_tokens: usage.promptTokens,
    input_tokens_details: { cached_tokens: usage.cachedTokens },
    output_tokens: usage.completionTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.promptTokens + usage.completionTokens,
  }
}
