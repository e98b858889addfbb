import type { Part, TokenLogprob, Usage } from '../../engine/index.ts'
import { type CallOptions, call, collect, generateParts, single, withEngine } from '../http/calls.ts'
import { mapLimited, merge } from '../http/concurrency.ts'
import { newId } from '../http/ids.ts'
import { json, type Route, type RouteRequest, route } from '../http/route.ts'
import { openaiSse, sseData, sseDone } from '../http/sse.ts'
import { streamResponse } from '../http/streamResponse.ts'
import { type CompletionRequest, completionRequest, type Prompt } from './completionRequest.ts'
import { textCompletion } from './responseSchemas.ts'
import { finishReason, wireUsage } from './wire.ts'

export const completions: Route = route({
  method: 'POST',
  path: '/v1/completions',
  surface: 'openai',
  summary: 'Continue a text',
  description: 'Prompts may be text or token ids, one or several. `echo` repeats the prompt, with `logprobs` scored.',
  body: completionRequest,
  response: textCompletion,
  produces: ['text/event-stream'],
  handle: (request) => (request.body.stream ? stream(request) : answer(request)),
})

/** One choice of the answer: which prompt, which of its `n`, and what is echoed before it. */
interface Job {
  readonly prompt: Prompt
  readonly choice: number
  readonly echo: Echo
}

interface Echo {
  readonly text: string
  readonly logprobs: readonly (TokenLogprob | Unscored)[]
}

/** The first token of a text has no log-probability: nothing precedes it. */
interface Unscored {
  readonly token: string
  readonly logprob: null
}

interface Head {
  readonly id: string
  readonly created: number
  model: string
}

function begin(request: RouteRequest<CompletionRequest>): { head: Head; options: CallOptions } {
  const { clock } = request.server
  const head: Head = { id: newId('cmpl-'), created: Math.floor(clock.now() / 1000), model: request.body.model }
  const onRouted = ({ model }: { readonly model: string }): void => {
    head.model = model
  }
  return { head, options: { surface: 'openai', model: request.body.model, onRouted } }
}

async function jobsOf(request: RouteRequest<CompletionRequest>, options: CallOptions): Promise<Job[]> {
  const { body } = request
  const echoes = await mapLimited(body.prompts, (prompt) => echoOf(request, prompt, options))
  return body.prompts.flatMap((prompt, p) =>
    Array.from({ length: body.n }, (_, choice): Job => ({ prompt, choice, echo: echoes[p]! })),
  )
}

async function answer(request: RouteRequest<CompletionRequest>): Promise<Response> {
  const { body } = request
  const { head, options } = begin(request)
  const jobs = await jobsOf(request, options)
  const answers = await mapLimited(jobs, (job, index) =>
    collect(generateParts(request, body.generate(job.prompt, job.choice), { ...options, index })),
  )
  const perPrompt = body.prompts.map((_, p) => answers.slice(p * body.n, (p + 1) * body.n).map((a) => a.usage))
  return json({
    ...headOf(head),
    choices: answers.map((a, index) => ({
      index,
      text: jobs[index]!.echo.text + a.reasoning + a.text,
      logprobs: body.logprobs === undefined ? null : legacyLogprobs([...jobs[index]!.echo.logprobs, ...a.logprobs], 0),
      finish_reason: finishReason(a.reason),
    })),
    usage: totalUsage(perPrompt),
  })
}

async function stream(request: RouteRequest<CompletionRequest>): Promise<Response> {
  const { head, options } = begin(request)
  const jobs = await jobsOf(request, options)
  const parts = merge(
    jobs.map((job, index) =>
      generateParts(request, request.body.generate(job.prompt, job.choice), { ...options, index }),
    ),
  )
  return streamResponse(request, openaiSse, chunks(request.body, head, jobs, parts))
}

async function* chunks(
  body: CompletionRequest,
  head: Head,
  jobs: readonly Job[],
  parts: AsyncIterable<{ readonly index: number; readonly item: Part }>,
): AsyncIterable<string> {
  const chunk = (choices: readonly object[], usage: object | null = null): string =>
    sseData({ ...headOf(head), choices, ...(body.includeUsage && { usage }) })
  const opened = new Set<number>()
  const offsets = jobs.map(() => 0)
  const usages: Usage[][] = body.prompts.map(() => [])
  const piece = (index: number, text: string, logprobs: Echo['logprobs'] | undefined): string => {
    const offset = offsets[index]!
    offsets[index] = offset + text.length
    return chunk([
      {
        index,
        text,
        logprobs: body.logprobs === undefined ? null : legacyLogprobs(logprobs ?? [], offset),
        finish_reason: null,
      },
    ])
  }
  for await (const { index, item } of parts) {
    if (!opened.has(index)) {
      opened.add(index)
      const { echo } = jobs[index]!
      if (echo.text !== '') yield piece(index, echo.text, echo.logprobs)
    }
    if (item.type === 'text' || item.type === 'reasoning') {
      if (item.text !== '' || item.logprobs) yield piece(index, item.text, item.logprobs)
    } else if (item.type === 'finish') {
      usages[Math.floor(index / body.n)]!.push(item.usage)
      yield chunk([{ index, text: '', logprobs: null, finish_reason: finishReason(item.reason) }])
    }
  }
  if (body.includeUsage) yield chunk([], totalUsage(usages))
  yield sseDone
}

/** Answers to one prompt share it; different prompts add up. */
function totalUsage(perPrompt: readonly (readonly Usage[])[]): object {
  const shared = perPrompt.map((usages) => ({
    ...usages[0]!,
    completionTokens: sum(usages, (u) => u.completionTokens),
    reasoningTokens: sum(usages, (u) => u.reasoningTokens),
    draftTokens: sum(usages, (u) => u.draftTokens),
    acceptedTokens: sum(usages, (u) => u.acceptedTokens),
  }))
  return wireUsage(shared, false)
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}

function headOf(head: Head): { id: string; object: 'text_completion'; created: number; model: string } {
  return { id: head.id, object: 'text_completion', created: head.created, model: head.model }
}

/** What `echo` puts before the answer: the prompt, and with `logprobs` its own log-probabilities. */
async function echoOf(request: RouteRequest<CompletionRequest>, prompt: Prompt, options: CallOptions): Promise<Echo> {
  const { body } = request
  if (!body.echo) return { text: '', logprobs: [] }
  const { tokens, text, first } = await withEngine(request, body.model, {}, async (engine) => {
    const ids = typeof prompt === 'string' ? await engine.tokenize(prompt, { special: true }) : prompt
    return {
      tokens: ids,
      text: typeof prompt === 'string' ? prompt : await engine.detokenize(prompt, { special: true }),
      first:
        body.logprobs === undefined || ids.length === 0 ? '' : await engine.detokenize([ids[0]!], { special: true }),
    }
  })
  if (body.logprobs === undefined || tokens.length === 0) return { text, logprobs: [] }
  const requests = [{ context: tokens.slice(0, 1), continuation: tokens.slice(1), top: body.logprobs }]
  const [scored = []] = await single(call(request, { type: 'score', requests }, options), 'score')
  return { text, logprobs: [{ token: first, logprob: null }, ...scored] }
}

/** The legacy form: parallel lists. Offsets count characters (UTF-16 units) of the text. */
function legacyLogprobs(tokens: Echo['logprobs'], offset: number): object {
  let position = offset
  return {
    tokens: tokens.map((t) => t.token),
    token_logprobs: tokens.map((t) => t.logprob),
    top_logprobs: tokens.map((t) =>
      'top' in t ? Object.fromEntries([...t.top, t].map(({ token, logprob }) => [token, logprob])) : null,
    ),
    text_offset: tokens.map((t) => {
      const at = position
      position += t.token.length
      return at
    }),
  }
}
