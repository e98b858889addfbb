import type { Route } from '../../http/route.ts'
import { createResponse } from './createResponse.ts'
import { deleteResponse, getResponse, listInputItems } from './storedResponses.ts'

export const responseRoutes: readonly Route[] = [createResponse, getResponse, deleteResponse, listInputItems]
