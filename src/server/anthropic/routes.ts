import type { Route } from '../http/route.ts'
import { countTokens } from './countTokens.ts'
import { messages } from './messages.ts'

/** Anthropic's API. Its list of models is on the path that OpenAI uses too; see `openai/models.ts`. */
export const anthropicRoutes: readonly Route[] = [messages, countTokens]
