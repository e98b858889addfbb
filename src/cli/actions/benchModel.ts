import type { Sanjha } from '../../app/index.ts'
import { type ConfigFlag, SanjhaError } from '../../core/index.ts'
import type { Engine, Usage } from '../../engine/index.ts'
import type { CliContext } from '../CliContext.ts'

export interface BenchOptions {
  readonly promptTokens: number
  readonly generateTokens: number
  readonly streams: number
  readonly rounds: number
  readonly threads?: number | undefined
  readonly backend?: string | undefined
}

/** What `sanjha bench --json` prints: medians over the rounds. Speeds are those of all streams together. */
export interface BenchResult {
  readonly model: string
  readonly promptTokensPerSecond: number
  readonly generationTokensPerSecond: number
  readonly timeToFirstTokenMs: number
  readonly threads: number
  readonly threadsReason: string
  readonly streams: number
  readonly promptTokens: number
  readonly generatedTokens: number
  readonly rounds: number
}

export async function benchModel(context: CliContext, name: string, options: BenchOptions): Promise<void> {
  const { out, signal } = context
  const flags: ConfigFlag[] = [
    ...(options.threads === undefined ? [] : [{ flag: '--threads', key: 'engine.threads', value: options.threads }]),
    ...(options.backend === undefined ? [] : [{ flag: '--backend', key: 'engine.backend', value: options.backend }]),
  ]
  const sanjha = await context.openApp(flags)
  const model = await sanjha.ensureModel(name, { signal, say: (line) => out.talk(line) })
  const result = await measure(sanjha, model, options, context)
  if (out.json) {
    out.document(result)
    return
  }
  out.table(
    ['MODEL', 'STREAMS', 'PROMPT', 'GENERATION', 'FIRST TOKEN', 'THREADS'],
    [
      [
        result.model,
        String(result.streams),
        `${result.promptTokensPerSecond.toFixed(1)} tokens/s`,
        `${result.generationTokensPerSecond.toFixed(1)} tokens/s`,
        `${Math.round(result.timeToFirstTokenMs)} ms`,
        String(result.threads),
      ],
    ],
  )
  out.talk(
    `Median of ${result.rounds} rounds, ${result.promptTokens} prompt and ${result.generatedTokens} generated tokens per stream.`,
  )
  if (result.threadsReason !== '') out.talk(result.threadsReason)
}

async function measure(
  sanjha: Sanjha,
  model: string,
  options: BenchOptions,
  context: CliContext,
): Promise<BenchResult> {
  const { signal, out } = context
  const lease = await sanjha.engines.acquire(model, { keepAliveMs: Number.POSITIVE_INFINITY }, signal)
  try {
    const { engine } = lease
    const { contextLength, completion } = engine.capabilities
    if (!completion)
      throw new SanjhaError('unsupported', `“${model}” cannot complete text, so there is nothing to measure.`)
    if (options.promptTokens + options.generateTokens > contextLength) {
      throw new SanjhaError(
        'context_length_exceeded',
        `${options.promptTokens} + ${options.generateTokens} tokens do not fit into the context of ${contextLength}.`,
        {
          hint: 'Give smaller --prompt-tokens or --generate-tokens.',
        },
      )
    }
    await one(engine, await promptOf(engine, Math.min(64, options.promptTokens), 0), 16, signal) // warms up
    const rounds: { prompt: number; generation: number; first: number }[] = []
    for (let round = 0; round < options.rounds; round++) {
      out.progress(`round ${round + 1} of ${options.rounds}`)
      const prompts = await Promise.all(
        Array.from({ length: options.streams }, (_, stream) =>
          promptOf(engine, options.promptTokens, round * 100 + stream + 1),
        ),
      )
      const usages = await Promise.all(prompts.map((prompt) => one(engine, prompt, options.generateTokens, signal)))
      // Streams overlap: what all of them did, over the longest time that any of them took for it.
      const total = (pick: (usage: Usage) => number): number => usages.reduce((sum, usage) => sum + pick(usage), 0)
      const longest = (pick: (usage: Usage) => number): number => Math.max(...usages.map(pick), 0.001)
      rounds.push({
        prompt:
          (1000 * total((usage) => usage.promptTokens - usage.cachedTokens)) /
          longest((usage) => usage.timings?.promptMs ?? 0),
        generation:
          (1000 * total((usage) => usage.completionTokens)) / longest((usage) => usage.timings?.generationMs ?? 0),
        first: median(usages.map((usage) => usage.timings?.timeToFirstTokenMs ?? 0)),
      })
    }
    const status = engine.status()
    return {
      model: lease.model,
      promptTokensPerSecond: median(rounds.map((round) => round.prompt)),
      generationTokensPerSecond: median(rounds.map((round) => round.generation)),
      timeToFirstTokenMs: median(rounds.map((round) => round.first)),
      threads: status.threads,
      threadsReason: status.threadsReason,
      streams: options.streams,
      promptTokens: options.promptTokens,
      generatedTokens: options.generateTokens,
      rounds: options.rounds,
    }
  } finally {
    lease.release()
  }
}

/** So many tokens of plain text, another text for each `variant`, so that no prefix is in the cache. */
async function promptOf(engine: Engine, count: number, variant: number): Promise<number[]> {
  const text = `Report ${variant}. ${'People who share what they know build better things than people who do not. '.repeat(Math.ceil(count / 8))}`
  return (await engine.tokenize(text)).slice(0, count)
}

async function one(engine: Engine, prompt: readonly number[], maxTokens: number, signal: AbortSignal): Promise<Usage> {
  const request = {
    input: { type: 'completion', prompt },
    maxTokens,
    sampling: { temperature: 0 },
    ignoreEnd: true,
    speculative: false,
    cachePrompt: false,
  } as const
  for await (const part of engine.generate(request, signal)) if (part.type === 'finish') return part.usage
  throw new SanjhaError('internal', 'The engine ended without saying how it went.')
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
