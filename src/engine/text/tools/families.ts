import type { ToolFamily } from './family.ts'
import { generic, granite3, hermes } from './jsonTagFamily.ts'
import { llama } from './llamaFamily.ts'
import { mistral } from './mistralFamily.ts'
import { qwenCoder } from './qwenCoderFamily.ts'

/** The first family that recognises a template has it; `generic` takes all that are left. */
const families: readonly ToolFamily[] = [mistral, qwenCoder, granite3, hermes, llama, generic]

export function detectFamily(template: string): ToolFamily {
  return families.find((family) => family.detect(template)) ?? generic
}

export { generic }
