import { SanjhaError } from '../../core/index.ts'
import type { Engine, GenerateInput, GenerateRequest, Part } from '../contract.ts'

/** A chat of one user message. */
export function userChat(text: string): Extract<GenerateInput, { type: 'chat' }> {
  return { type: 'chat', messages: [{ role: 'user', content: [{ type: 'text', text }] }] }
}

/** A signal that is never aborted. */
export const never: AbortSignal = new AbortController().signal

/** Reads an answer to its end. */
export async function collect(engine: Engine, request: GenerateRequest, signal: AbortSignal = never): Promise<Part[]> {
  const parts: Part[] = []
  for await (const part of engine.generate(request, signal)) parts.push(part)
  return parts
}

/** The answer's text without reasoning and tool calls. */
export function textOfParts(parts: readonly Part[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

/** The `SanjhaError` that `work` throws; fails when it throws none or something else. */
export async function failureOf(work: Promise<unknown>): Promise<SanjhaError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!SanjhaError.is(error)) throw new Error(`Expected a SanjhaError, got ${String(error)}`)
  return error
}

/** The code of the `SanjhaError` that `work` throws. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return (await failureOf(work)).code
}
