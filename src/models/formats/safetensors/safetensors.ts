import type { ModelFormatReader } from '../contract.ts'
import { isSafetensors, readSafetensors } from './readSafetensors.ts'
import { safetensorsFacts } from './safetensorsFacts.ts'

/** Hugging Face's format: a JSON header and the bytes of the tensors. */
export const safetensors: ModelFormatReader = {
  format: 'safetensors',
  matches: isSafetensors,
  read: readSafetensors,
  facts: safetensorsFacts,
}
