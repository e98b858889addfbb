import { type Logger, SanjhaError } from '../../core/index.ts'
import type { EnginePool } from '../../engine/index.ts'
import type { Call, CallPart, Gateway } from '../../gateway/index.ts'
import type { ModelInsights } from './contract.ts'

/** A shorter answer says little about how fast a model is. */
const fewestTokens = 16

/** The same gateway; how fast a model answers is remembered from every answer that it could give undisturbed. */
export function notingSpeeds(
  gateway: Gateway,
  insights: Pick<ModelInsights, 'note'>,
  pool: Pick<EnginePool, 'list'>,
  log: Logger,
): Gateway {
  const note = (digest: string, rate: number): void => {
    // Beside others an answer takes longer, which says nothing about the model.
    const busy = pool.list().some((model) => (model.status?.active ?? 0) + (model.status?.waiting ?? 0) > 1)
    if (busy) return
    try {
      insights.note(digest, rate)
    } catch (error) {
      log.debug({ reason: SanjhaError.from(error).message }, 'the speed of a model cannot be remembered now')
    }
  }
  return {
    handle: async function* (call: Call): AsyncGenerator<CallPart> {
      let digest: string | null = null
      const parts = gateway.handle({
        ...call,
        onRouted: (routed) => {
          digest = routed.digest
          call.onRouted?.(routed)
        },
      })
      for await (const part of parts) {
        if (part.type === 'finish' && digest !== null) {
          const { completionTokens, timings } = part.usage
          if (timings !== undefined && timings.generationMs > 0 && completionTokens >= fewestTokens) {
            // The first token comes out of the prompt's evaluation.
            note(digest, ((completionTokens - 1) * 1000) / timings.generationMs)
          }
        }
        yield part
      }
    },
  }
}
