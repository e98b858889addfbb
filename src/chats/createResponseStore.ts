import { type Clock, type Database, SanjhaError, systemClock } from '../core/index.ts'
import type { JsonObject, ResponseItem, ResponseStore, StoredResponse } from './contract.ts'

interface Row {
  id: string
  previous: string | null
  request: string
  response: string
  input_items: string
  output_items: string
  created_at: number
  expires_at: number
}

const day = 86_400_000

/** @param options.lifetimeMs how long a response is kept after it, or one that continues it, was stored. Default 30 days. */
export function createResponseStore(options: {
  readonly database: Database
  readonly clock?: Clock
  readonly lifetimeMs?: number
}): ResponseStore {
  const { database, clock = systemClock, lifetimeMs = 30 * day } = options
  let pruned = -Infinity

  const find = (id: string): Row | undefined =>
    database.get<Row>('SELECT * FROM responses WHERE id = ? AND expires_at > ?', id, clock.now())

  /** The chain from the first turn to `id`. */
  const turns = (id: string): Row[] => {
    const rows = database.all<Row>(
      `WITH RECURSIVE up (id, depth) AS (
         SELECT ?, 0 UNION
         SELECT r.previous, depth + 1 FROM up JOIN responses r ON r.id = up.id WHERE r.previous IS NOT NULL
       ) SELECT r.* FROM up JOIN responses r ON r.id = up.id WHERE r.expires_at > ? ORDER BY depth DESC`,
      id,
      clock.now(),
    )
    if (rows.at(-1)?.id !== id) throw missing(id)
    const gap = rows[0]?.previous
    if (gap != null) {
      throw new SanjhaError(
        'not_found',
        `The response ${id} cannot be continued, because ${gap}, an earlier turn of it, was deleted or has expired.`,
        { hint: 'Send the whole conversation as `input` instead.', param: 'previous_response_id' },
      )
    }
    return rows
  }

  const prune = (): number => {
    pruned = clock.now()
    return database.run('DELETE FROM responses WHERE expires_at <= ?', clock.now()).changes
  }

  return {
    put(response) {
      return database.transaction(() => {
        const now = clock.now()
        if (now - pruned > day / 24) prune()
        const previous = response.previousResponseId
        // Also finds gaps, so that nobody is told so only at the next turn.
        const ancestors = previous === null ? [] : turns(previous)
        if (previous === response.id || ancestors.some((a) => a.id === response.id)) {
          throw new SanjhaError('invalid_request', `The response ${response.id} cannot continue itself.`, {
            param: 'previous_response_id',
          })
        }
        database.run(
          `INSERT OR REPLACE INTO responses
             (id, previous, request, response, input_items, output_items, created_at, expires_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
          response.id,
          previous,
          JSON.stringify(response.request),
          JSON.stringify(response.response),
          JSON.stringify(response.inputItems),
          JSON.stringify(response.outputItems),
          now,
          now + lifetimeMs,
        )
        for (const { id } of ancestors) {
          database.run('UPDATE responses SET expires_at = max(expires_at, ?) WHERE id = ?', now + lifetimeMs, id)
        }
        return toResponse(find(response.id) as Row)
      })
    },
    get(id) {
      const row = find(id)
      return row && toResponse(row)
    },
    conversation: (id) => turns(id).flatMap((row) => [...items(row.input_items), ...items(row.output_items)]),
    inputItems(id, { limit = 20, after, order = 'desc' } = {}) {
      const rows = turns(id)
      const all = rows.flatMap((row) => [...items(row.input_items), ...(row.id === id ? [] : items(row.output_items))])
      if (order === 'desc') all.reverse()
      const start = after === undefined ? 0 : all.findIndex((item) => item.id === after) + 1
      if (after !== undefined && start === 0) {
        throw new SanjhaError('invalid_request', `The response ${id} has no input item ${after}.`, { param: 'after' })
      }
      return { items: all.slice(start, start + limit), hasMore: all.length > start + limit }
    },
    delete: (id) => find(id) !== undefined && database.run('DELETE FROM responses WHERE id = ?', id).changes === 1,
    prune,
  }
}

const items = (json: string): ResponseItem[] => JSON.parse(json) as ResponseItem[]

function toResponse(row: Row): StoredResponse {
  return {
    id: row.id,
    request: JSON.parse(row.request) as JsonObject,
    response: JSON.parse(row.response) as JsonObject,
    inputItems: items(row.input_items),
    outputItems: items(row.output_items),
    previousResponseId: row.previous,
    createdAt: new Date(row.created_at).toISOString(),
    expiresAt: new Date(row.expires_at).toISOString(),
  }
}

const missing = (id: string): SanjhaError =>
  new SanjhaError('not_found', `There is no stored response ${id}.`, {
    hint: 'Only responses asked for with `store: true` are kept, and for a limited time.',
    param: 'previous_response_id',
  })
