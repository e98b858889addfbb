import { SanjhaError } from '../../core/index.ts'
import type { Call, CallPart } from '../contract.ts'

/** The innermost stage: asks the engine that was found. It calls no further one. */
export async function* generate(call: Call): AsyncIterable<CallPart> {
  const { lease, operation, signal } = call
  if (lease === undefined) throw new SanjhaError('internal', 'A call reached the engine without being routed.')
  const { engine } = lease
  switch (operation.type) {
    case 'generate':
      for await (const part of engine.generate(operation.request, signal)) {
        yield part.type === 'finish' ? withLoadTime(part, lease.loadMs) : part
      }
      return
    case 'embed':
      yield {
        type: 'result',
        value: { type: 'embed', result: await engine.embed(operation.texts, operation.options, signal) },
      }
      return
    case 'rerank':
      yield {
        type: 'result',
        value: { type: 'rerank', result: await engine.rerank(operation.query, operation.documents, signal) },
      }
      return
    case 'score':
      yield { type: 'result', value: { type: 'score', result: await engine.score(operation.requests, signal) } }
      return
  }
}

/** The engine cannot know how long its own loading took; the route stage does. */
function withLoadTime(part: Extract<CallPart, { type: 'finish' }>, loadMs: number): CallPart {
  const { timings } = part.usage
  if (timings === undefined || timings.loadMs > 0 || loadMs === 0) return part
  return { ...part, usage: { ...part.usage, timings: { ...timings, loadMs } } }
}
