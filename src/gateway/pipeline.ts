import type { Clock, Config, Logger } from '../core/index.ts'
import type { EnginePool } from '../engine/index.ts'
import { Admission } from './Admission.ts'
import type { Call, CallPart, Stage } from './contract.ts'
import { createInstruments } from './instruments.ts'
import type { Metrics } from './metrics.ts'
import { RateLimiter } from './RateLimiter.ts'
import { admit } from './stages/admit.ts'
import { authenticate } from './stages/authenticate.ts'
import { generate } from './stages/generate.ts'
import { limit } from './stages/limit.ts'
import { record } from './stages/record.ts'
import { route } from './stages/route.ts'

export interface GatewayOptions {
  readonly pool: EnginePool
  readonly metrics: Metrics
  readonly config: {
    readonly server: Pick<Config['server'], 'apiKeys' | 'maxConcurrent' | 'maxQueue' | 'rateLimit'>
  }
  readonly clock: Clock
  readonly log: Logger
  /** The model of a call that names none. */
  readonly defaultModel: (signal: AbortSignal) => Promise<string>
}

export interface Gateway {
  /** Sends a call through the pipeline. Nothing happens before the first part is asked for. */
  handle(call: Call): AsyncIterable<CallPart>
}

/**
 * The way of every request, top to bottom; its parts come back through the same stages, bottom to top.
 * To add a stage, write one file in `stages/` and put it into its place here.
 */
export function createGateway({ pool, metrics, config, clock, log, defaultModel }: GatewayOptions): Gateway {
  const { apiKeys, maxConcurrent, maxQueue, rateLimit } = config.server
  const instruments = createInstruments(metrics, pool)
  const admission = new Admission({ maxConcurrent, maxQueue }, clock, instruments.admission)

  const stages: readonly Stage[] = [
    record(instruments, clock, log), // how it went: metrics, log; settles what was used
    authenticate(apiKeys.length > 0), // who asks
    limit(new RateLimiter(rateLimit, clock)), // whether they have asked too often
    admit(admission), // whether there is room now
    route(pool, defaultModel), // which engine answers; loads it when need be
  ]

  return { handle: compose(stages, generate) }
}

/** One function out of many stages: the first is the outermost. */
export function compose(
  stages: readonly Stage[],
  innermost: (call: Call) => AsyncIterable<CallPart>,
): (call: Call) => AsyncIterable<CallPart> {
  return stages.reduceRight<(call: Call) => AsyncIterable<CallPart>>(
    (next, stage) => (call) => stage(call, next),
    innermost,
  )
}
