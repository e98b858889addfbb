import type { Config } from '../../core/index.ts'
import type { EnginePool } from '../../engine/index.ts'
import type { Models } from '../../models/index.ts'
import type { ContextMeasure, ContextRequest } from './contract.ts'
import { countTokens, estimateTokens, knownContext, type TokenCount } from './countTokens.ts'
import { reserveFor, turnsToLeaveOut } from './leaveOut.ts'
import type { Prompt } from './Prompt.ts'

export interface MeasuringParts {
  readonly models: Pick<Models, 'find'>
  readonly pool: EnginePool
  readonly config: { readonly engine: Pick<Config['engine'], 'contextLength'> }
}

/** How much of a model's context a prompt takes. Loads nothing: a model that is not there is only estimated. */
export async function measureContext(
  parts: MeasuringParts,
  prompt: Prompt,
  request: ContextRequest,
): Promise<ContextMeasure> {
  const { pool, models, config } = parts
  const { generate = {}, chat = {} } = request.settings ?? {}
  const measure = async (
    limit: number | undefined,
    count: (dropped: number) => TokenCount | Promise<TokenCount>,
  ): Promise<ContextMeasure> => {
    const whole = await count(0)
    const reserved = limit === undefined ? 0 : reserveFor(generate.maxTokens, limit)
    const dropped =
      limit === undefined
        ? 0
        : await turnsToLeaveOut(prompt.droppable, limit - reserved, async (n) =>
            n === 0 ? whole.tokens : (await count(n)).tokens,
          )
    return { ...whole, limit: limit ?? null, reserved, leftOut: prompt.leftOut(dropped) }
  }

  const stored = await models.find(request.model)
  const name = stored?.name ?? request.model
  const loaded = pool.list().find((each) => each.model === name)
  if (loaded?.state === 'ready') {
    const lease = await pool.acquire(name, {}, request.signal)
    try {
      const { engine } = lease
      return await measure(knownContext(engine.capabilities.contextLength), (dropped) =>
        countTokens(engine, prompt.messages(dropped), chat),
      )
    } finally {
      lease.release()
    }
  }
  // Nobody knows the context of a remote's model before it is asked.
  const lengths = [stored?.contextLength, config.engine.contextLength].filter((each) => typeof each === 'number')
  const limit = loaded !== undefined ? knownContext(loaded.contextLength) : undefined
  return measure(limit ?? (lengths.length > 0 ? Math.min(...lengths) : undefined), (dropped) => ({
    tokens: estimateTokens(prompt.messages(dropped), chat),
    measured: false,
  }))
}
