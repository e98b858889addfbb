import { SanjhaError } from '../../core/index.ts'
import type { RerankResult } from '../contract.ts'
import { withFallback } from './notThere.ts'
import type { OpenAIClient } from './OpenAIClient.ts'
import { isObject } from './upstreamError.ts'

/** Reranks by `rerank` below the base (vLLM, llama-server, Jina, Cohere) or below the root. */
export async function rerankDocuments(
  client: OpenAIClient,
  model: string,
  query: string,
  documents: readonly string[],
  signal: AbortSignal,
): Promise<RerankResult> {
  if (documents.length === 0) {
    throw new SanjhaError('invalid_request', 'There are no documents to rank.', { param: 'documents' })
  }
  const body = { model, query, documents, top_n: documents.length }
  const answer = await withFallback(client.name, 'rerank', [
    () => client.json({ path: 'rerank', model, body, signal }),
    () => client.json({ path: '/rerank', model, body, signal }),
  ])
  const scores = new Array<number>(documents.length).fill(Number.NaN)
  for (const entry of Array.isArray(answer.results) ? (answer.results as unknown[]) : []) {
    if (!isObject(entry) || typeof entry.index !== 'number' || !(entry.index in scores)) continue
    const score = entry.relevance_score ?? entry.score
    if (typeof score === 'number') scores[entry.index] = score
  }
  if (scores.some(Number.isNaN)) {
    throw new SanjhaError('upstream_error', `The remote ${client.name} did not give a score for every document.`)
  }
  const usage = isObject(answer.usage) ? answer.usage : {}
  const tokens = [usage.total_tokens, usage.prompt_tokens].find((value) => typeof value === 'number')
  return { scores, tokens: typeof tokens === 'number' ? tokens : 0 }
}
