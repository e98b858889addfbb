import { exampleOf } from '../../parts/jsonSchema/exampleOf.ts'
import type { Operation } from './operations.ts'

const question = 'Say hello in one sentence.'

/** Values that make a better example than “text”: something that the server answers with sense. */
const known = (model: string | undefined): Readonly<Record<string, unknown>> => ({
  ...(model !== undefined && { model }),
  messages: [{ role: 'user', content: question }],
  max_tokens: 100,
  prompt: question,
  input: question,
  content: question,
  query: 'What is the capital of Punjab?',
  documents: ['Chandigarh is the capital of Punjab.', 'The Sutlej is a river.'],
  text_1: 'What is the capital of Punjab?',
  text_2: 'Chandigarh is the capital of Punjab.',
  tokens: [1, 2, 3],
  source: model ?? 'smollm2',
  destination: 'a-copy',
  target: 'a-copy',
})

/** Fields that may be left out, but without which there is little to try. */
const wanted = ['model', 'prompt', 'messages', 'text'] as const

/** A body that the server takes. `model`: one that is stored. */
export function exampleBody(operation: Operation, document: unknown, model: string | undefined): unknown {
  if (operation.body === undefined) return undefined
  // What is brought in is not stored yet.
  const isNew = /\/(pull|resolve)$/.test(operation.path)
  return exampleOf(operation.body, {
    root: document,
    known: known(isNew ? 'smollm2' : model),
    also: operation.path.startsWith('/sanjha/') ? [] : wanted.filter((name) => model !== undefined || name !== 'model'),
  })
}

/** What stands in the field of a parameter before anybody writes into it. */
export function exampleParameter(operation: Operation, name: string, model: string | undefined): string {
  const isModel =
    name === 'name' ? /models|loaded/.test(operation.path) : name === 'id' && /^\/v1\/models/.test(operation.path)
  return isModel ? (model ?? '') : ''
}
