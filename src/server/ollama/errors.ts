import type { SanjhaError } from '../../core/index.ts'
import { errorText } from '../http/errorText.ts'

/** Ollama's error object: one sentence, and our code beside it. */
export function ollamaError(error: SanjhaError): { readonly error: string; readonly code: string } {
  return { error: errorText(error), code: error.code }
}
