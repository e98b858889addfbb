import type { ModelFormatReader } from '../contract.ts'
import { ggufFacts } from './ggufFacts.ts'
import { isGguf, readGguf } from './readGguf.ts'

/** llama.cpp's format: header, tokenizer and weights in one file. */
export const gguf: ModelFormatReader = {
  format: 'gguf',
  matches: isGguf,
  read: readGguf,
  facts: (headers) => ggufFacts(headers),
}
