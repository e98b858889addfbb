import type { Route } from '../http/route.ts'
import { health, metrics } from './health.ts'
import { home } from './home.ts'
import { openApiDocument, reference } from './reference.ts'

/** What belongs to no API: the first page, the reference, and what watches the process. */
export const pageRoutes: readonly Route[] = [home, health, metrics, openApiDocument, reference]
