import { z } from 'zod'
import { SanjhaError } from '../../core/index.ts'
import { call, single, withEngine } from '../http/calls.ts'
import { mapLimited } from '../http/concurrency.ts'
import { newId } from '../http/ids.ts'
import { json, type Route, type RouteRequest, route } from '../http/route.ts'
import { optional } from '../http/schema.ts'
import { scoreResponse } from './responseSchemas.ts'

interface ScoreRequest {
  readonly model: string
  readonly pairs: readonly (readonly [string, string])[]
}

interface Scored {
  readonly model: string
  readonly scores: readonly number[]
  readonly tokens: number
}

const texts = z.union([z.string(), z.array(z.string()).min(1).max(4096)])

const body: z.ZodType<ScoreRequest> = z
  .object({
    model: optional(z.string()).meta({ description: 'Absent: the default model.' }),
    text_1: texts,
    text_2: texts.meta({ description: 'As many as in `text_1`, or one of the two is a single text.' }),
  })
  .transform((raw) => ({ model: raw.model ?? '', pairs: toPairs([raw.text_1].flat(), [raw.text_2].flat()) }))

function toPairs(first: readonly string[], second: readonly string[]): [string, string][] {
  if (first.length !== second.length && first.length !== 1 && second.length !== 1) {
    throw new SanjhaError(
      'invalid_request',
      `\`text_1\` has ${first.length} texts and \`text_2\` has ${second.length}, so that it is not clear which belong together.`,
      { param: 'text_2', hint: 'Send as many in both, or a single text in one of them.' },
    )
  }
  const at = (list: readonly string[], i: number): string => (list.length === 1 ? list[0] : list[i]) as string
  return Array.from({ length: Math.max(first.length, second.length) }, (_, i) => [at(first, i), at(second, i)])
}

export const score: Route = route({
  method: 'POST',
  path: '/v1/score',
  surface: 'openai',
  summary: 'Say how near pairs of texts are',
  description:
    'As in vLLM: a reranking model judges `text_2` as an answer to `text_1`; with any other model it is the cosine of their embeddings, which is the same both ways.',
  body,
  response: scoreResponse,
  handle: async (request) => {
    const { model: name } = request.body
    const canRerank = await withEngine(request, name, {}, async (engine) => engine.capabilities.rerank)
    const { model, scores, tokens } = await (canRerank ? byRanking(request) : byEmbedding(request))
    return json({
      id: newId('score-'),
      object: 'list',
      created: Math.floor(request.server.clock.now() / 1000),
      model,
      data: scores.map((value, index) => ({ index, object: 'score', score: value })),
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    })
  },
})

async function byRanking(request: RouteRequest<ScoreRequest>): Promise<Scored> {
  const { pairs } = request.body
  let { model } = request.body
  const onRouted = (routed: { readonly model: string }): void => {
    model = routed.model
  }
  // All that belong to one query are asked about at once.
  const queries = [...new Set(pairs.map(([query]) => query))]
  const scores: number[] = Array(pairs.length)
  const tokens = await mapLimited(queries, async (query, index) => {
    const places = [...pairs.keys()].filter((i) => pairs[i]?.[0] === query)
    const documents = places.map((i) => (pairs[i] as readonly [string, string])[1])
    const ranked = await single(
      call(
        request,
        { type: 'rerank', query, documents },
        { surface: 'openai', model: request.body.model, onRouted, index },
      ),
      'rerank',
    )
    for (const [at, place] of places.entries()) scores[place] = ranked.scores[at] as number
    return ranked.tokens
  })
  return { model, scores, tokens: tokens.reduce((sum, count) => sum + count, 0) }
}

async function byEmbedding(request: RouteRequest<ScoreRequest>): Promise<Scored> {
  const { pairs } = request.body
  let { model } = request.body
  const onRouted = (routed: { readonly model: string }): void => {
    model = routed.model
  }
  const all = [...new Set(pairs.flat())]
  const { vectors, tokens } = await single(
    call(request, { type: 'embed', texts: all, options: {} }, { surface: 'openai', model, onRouted }),
    'embed',
  )
  const vectorOf = new Map(all.map((text, i) => [text, vectors[i] as Float32Array]))
  const scores = pairs.map(([one, other]) => dot(vectorOf.get(one), vectorOf.get(other)))
  return { model, scores, tokens: tokens.reduce((sum, count) => sum + count, 0) }
}

/** Of vectors of unit length, hence the cosine of the angle between them. */
function dot(one: Float32Array = new Float32Array(), other: Float32Array = new Float32Array()): number {
  return one.reduce((sum, value, i) => sum + value * (other[i] as number), 0)
}
