import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { openSanjha, type Sanjha } from '../../src/app/index.ts'
import type { ConfigFlag } from '../../src/core/index.ts'
import type { Engine, EngineLease, GenerateRequest, Usage } from '../../src/engine/index.ts'
import type { BenchContext } from '../contract.ts'
import { plainText } from '../method/text.ts'
import { checkout, ownEnvironment } from '../support/checkout.ts'

/** What one answer took, seen by the caller: everything between us and the native code is in it. */
export interface Timed {
  /** From the call to the first piece of text, in milliseconds. */
  readonly firstMs: number
  /** From the first piece to the end, in milliseconds. */
  readonly restMs: number
  /** Tokens after the first per second of `restMs`. */
  readonly tokensPerSecond: number
  readonly text: string
  readonly usage: Usage
}

/** The name that the measured model has in a home of ours. */
export const modelName = 'bench-model'

/** Puts the measured model into a fresh home; its path. */
export async function makeHome(context: BenchContext): Promise<string> {
  const home = await mkdtemp(join(context.scratch, 'home-'))
  const sanjha = await openSanjha({ env: ownEnvironment(home), cwd: home })
  try {
    const { name } = await sanjha.models.pull(`file://${await context.model()}`)
    await sanjha.models.copy(name, modelName)
  } finally {
    await sanjha.close()
  }
  return home
}

/** Our engine as users get it: loaded by the pool, in its child process. */
export class OwnEngine implements AsyncDisposable {
  readonly engine: Engine
  readonly #sanjha: Sanjha
  readonly #lease: EngineLease

  private constructor(sanjha: Sanjha, lease: EngineLease) {
    this.#sanjha = sanjha
    this.#lease = lease
    this.engine = lease.engine
  }

  static async open(context: BenchContext, contextLength?: number): Promise<OwnEngine> {
    const home = await makeHome(context)
    const flags: ConfigFlag[] =
      context.threads === undefined ? [] : [{ flag: '--threads', key: 'engine.threads', value: context.threads }]
    const sanjha = await openSanjha({ env: ownEnvironment(home), cwd: checkout, flags })
    try {
      const load = contextLength === undefined ? {} : { contextLength }
      const lease = await sanjha.engines.acquire(
        modelName,
        { load, keepAliveMs: Number.POSITIVE_INFINITY },
        context.signal,
      )
      return new OwnEngine(sanjha, lease)
    } catch (error) {
      await sanjha.close()
      throw error
    }
  }

  /** How many threads it takes now, and why. */
  get threads(): string {
    const { threads, threadsReason } = this.engine.status()
    return `${threads} (${threadsReason})`
  }

  /** So many tokens of text in which nothing repeats, another one for each seed. */
  async tokens(seed: number, count: number): Promise<number[]> {
    if (count === 0) return []
    const tokens = await this.engine.tokenize(plainText(seed, count))
    return tokens.slice(0, count)
  }

  async run(request: GenerateRequest, signal: AbortSignal): Promise<Timed> {
    const called = performance.now()
    let first: number | undefined
    let text = ''
    let usage: Usage | undefined
    for await (const part of this.engine.generate(request, signal)) {
      if (part.type === 'finish') usage = part.usage
      else {
        first ??= performance.now()
        if (part.type === 'text') text += part.text
      }
    }
    const ended = performance.now()
    if (usage === undefined) throw new Error('The engine ended without saying how it went.')
    first ??= ended
    const restMs = ended - first
    return {
      firstMs: first - called,
      restMs,
      tokensPerSecond: (1000 * (usage.completionTokens - 1)) / restMs,
      text,
      usage,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lease.release()
    await this.#sanjha.close()
  }
}
