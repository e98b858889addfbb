import { SanjhaError } from '../../core/index.ts'
import type { EngineLease, EnginePool } from '../../engine/index.ts'
import type { Call, Operation, Stage } from '../contract.ts'

/** Finds or loads the model that the call names (none: the default model) and holds it until the stream ends. */
export function route(pool: EnginePool, defaultModel: (signal: AbortSignal) => Promise<string>): Stage {
  return async function* (call, next) {
    const name = call.model === '' ? await defaultModel(call.signal) : call.model
    const lease = await pool.acquire(name, call.acquire, call.signal)
    try {
      call.onRouted?.({ model: lease.model, digest: lease.digest, loadMs: lease.loadMs })
      refuseWhatItCannot(call.operation, lease, call.paramNames)
      const operation = await call.prepare?.(lease)
      if (operation !== undefined) refuseWhatItCannot(operation, lease, call.paramNames)
      yield* next({ ...call, operation: operation ?? call.operation, model: lease.model, lease })
    } finally {
      lease.release()
    }
  }
}

function refuseWhatItCannot(operation: Operation, lease: EngineLease, paramNames: Call['paramNames'] = {}): void {
  const can = lease.engine.capabilities
  const refuseTo = (whatNot: string, hint: string, param?: string): never => {
    throw new SanjhaError('unsupported', `The model ${lease.model} ${whatNot}.`, {
      hint,
      ...(param !== undefined && { param: paramNames[param] ?? param }),
    })
  }
  const refuse = (what: string, hint: string, param?: string): never => refuseTo(`cannot ${what}`, hint, param)
  switch (operation.type) {
    case 'generate': {
      const { input } = operation.request
      if (input.type === 'completion') {
        if (!can.completion) refuse('complete text', 'Use a generative model; `sanjha list` shows what is there.')
        if (input.suffix !== undefined && !can.infill) {
          refuse('fill in the middle', 'Leave `suffix` out, or use a code model that was trained for it.', 'suffix')
        }
        return
      }
      if (!can.chat) refuse('chat', 'Use a chat model; `sanjha list` shows what is there.')
      if (!can.vision && input.messages.some((m) => m.content.some((part) => part.type === 'image'))) {
        refuse('see images', 'Leave the image out, or use a model with vision.', 'messages')
      }
      if (input.thinking === true && !can.thinking) {
        // In Ollama's own words, which its clients look for.
        refuseTo('does not support thinking', 'Do not ask for it, or use a model whose template knows it.', 'thinking')
      }
      return
    }
    case 'embed':
      if (!can.embed) refuse('make embeddings', 'Use an embedding model.', 'model')
      return
    case 'rerank':
      if (!can.rerank) refuse('rank documents', 'Use a reranking model.', 'model')
      return
    case 'score':
      if (!can.score) refuse('score text', 'Use a model that runs in this process.', 'model')
      return
  }
}
