import { z } from 'zod'
import { call, single } from '../http/calls.ts'
import { newId } from '../http/ids.ts'
import { json, type Route, route } from '../http/route.ts'
import { optional } from '../http/schema.ts'
import { rerankResponse } from './responseSchemas.ts'

interface RerankRequest {
  readonly model: string
  readonly query: string
  readonly documents: readonly string[]
  readonly topN: number
  readonly returnDocuments: boolean
}

const document = z.union([z.string(), z.object({ text: z.string() }).transform(({ text }) => text)])

const body: z.ZodType<RerankRequest> = z
  .object({
    model: optional(z.string()).meta({ description: 'Absent: the default model.' }),
    query: z.string(),
    documents: z.array(document).min(1).max(4096),
    top_n: optional(z.number().int().min(0)).meta({ description: '0 or absent: all.' }),
    return_documents: optional(z.boolean()),
  })
  .transform((raw) => ({
    model: raw.model ?? '',
    query: raw.query,
    documents: raw.documents,
    topN: raw.top_n || raw.documents.length,
    returnDocuments: raw.return_documents ?? true,
  }))

export const rerank: Route = route({
  method: 'POST',
  path: '/v1/rerank',
  surface: 'openai',
  summary: 'Order documents by how well they answer a query',
  description: 'Most relevant first; `index` is the place in the request.',
  body,
  response: rerankResponse,
  handle: async (request) => {
    const { query, documents, topN, returnDocuments } = request.body
    let { model } = request.body
    const onRouted = (routed: { readonly model: string }): void => {
      model = routed.model
    }
    const { scores, tokens } = await single(
      call(request, { type: 'rerank', query, documents }, { surface: 'openai', model, onRouted }),
      'rerank',
    )
    const results = scores
      .map((score, index) => ({
        index,
        relevance_score: score,
        ...(returnDocuments && { document: { text: documents[index]! } }),
      }))
      .toSorted((a, b) => b.relevance_score - a.relevance_score || a.index - b.index)
      .slice(0, topN)
    return json({ id: newId('rerank-'), model, usage: { prompt_tokens: tokens, total_tokens: tokens }, results })
  },
})
