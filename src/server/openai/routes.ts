import type { Route } from '../http/route.ts'
import { chatCompletions } from './chatCompletions.ts'
import { completions } from './completions.ts'
import { embeddings } from './embeddings.ts'
import { getModel, listModels } from './models.ts'
import { rerank } from './rerank.ts'
import { responseRoutes } from './responses/routes.ts'
import { score } from './score.ts'
import { detokenize, tokenize } from './tokenize.ts'

/** OpenAI's API, and the paths that vLLM and llama.cpp add to it. */
export const openaiRoutes: readonly Route[] = [
  listModels,
  getModel,
  chatCompletions,
  completions,
  embeddings,
  ...responseRoutes,
  rerank,
  score,
  tokenize,
  detokenize,
]
