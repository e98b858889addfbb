import type { Route } from '../http/route.ts'
import { chat } from './chat.ts'
import { embed, legacyEmbeddings } from './embed.ts'
import { generate } from './generate.ts'
import { ps, tags, version } from './listModels.ts'
import { copy, remove, show } from './manageModels.ts'
import { pull } from './pull.ts'
import { refusedRoutes } from './refused.ts'

/** Ollama's API. What Ollama answers at `/` is in `pages/`. */
export const ollamaRoutes: readonly Route[] = [
  version,
  tags,
  ps,
  show,
  pull,
  generate,
  chat,
  embed,
  legacyEmbeddings,
  remove,
  copy,
  ...refusedRoutes,
]
