import { SanjhaError } from '../../core/index.ts'
import type { Engine } from '../../engine/index.ts'

/** As Ollama does: who asks a model to think that cannot is told so. Errors: `unsupported`. */
export function checkThinking(engine: Engine, model: string, thinking: boolean | undefined): void {
  if (thinking !== true || engine.capabilities.thinking) return
  throw new SanjhaError('unsupported', `The model ${model} does not support thinking.`, {
    param: 'think',
    hint: 'Leave `think` out, or use a model whose template knows it; /api/show lists it under `capabilities`.',
  })
}
