import type { CatalogEntry, ModelDetails } from '../../models/index.ts'

/** What a stored file lets one expect. The engine has the last word when a request comes. */
export function modelCapabilities(model: Pick<ModelDetails, 'architecture' | 'metadata' | 'template'>): string[] {
  const { template, metadata, architecture } = model
  const pooling = architecture === null ? undefined : metadata[`${architecture}.pooling_type`]
  // 4: `LLAMA_POOLING_TYPE_RANK`.
  if (pooling !== undefined && template === null) return [pooling === 4 ? 'rerank' : 'embedding']
  const list = ['completion']
  if (template !== null) {
    list.push('chat')
    if (/\btools?\b/.test(template)) list.push('tools')
    if (/<think>|enable_thinking/.test(template)) list.push('thinking')
  }
  if (
    metadata['tokenizer.ggml.fim_pre_token_id'] !== undefined ||
    metadata['tokenizer.ggml.prefix_token_id'] !== undefined
  ) {
    list.push('insert')
  }
  return list
}

const byPurpose: ReadonlyMap<string, readonly string[]> = new Map([
  ['chat', ['completion', 'chat']],
  ['guard', ['completion', 'chat']],
  // Their text part; the embedded engine takes no images.
  ['vision', ['completion', 'chat']],
  ['docling', ['completion', 'chat']],
  ['code', ['completion', 'chat']],
  ['completion', ['completion']],
  ['embedding', ['embedding']],
  ['reranker', ['rerank']],
])

/** What a catalogued model is for; whether it knows tools or thinks is seen in its template once it is here. */
export function catalogCapabilities({ purpose }: Pick<CatalogEntry, 'purpose'>): string[] {
  return [...new Set(purpose.flatMap((word) => byPurpose.get(word) ?? []))]
}
