import { adminRoutes } from './admin/routes.ts'
import { anthropicRoutes } from './anthropic/routes.ts'
import type { Route } from './http/route.ts'
import { labRoutes } from './lab/routes.ts'
import { ollamaRoutes } from './ollama/routes.ts'
import { openaiRoutes } from './openai/routes.ts'
import { pageRoutes } from './pages/routes.ts'

/** All routes there are: what the router serves and what the OpenAPI document describes. */
export const allRoutes: readonly Route[] = [
  ...pageRoutes,
  ...labRoutes,
  ...openaiRoutes,
  ...anthropicRoutes,
  ...ollamaRoutes,
  ...adminRoutes,
]
