import type { Models } from '../models/index.ts'
import type { RunContext, RunKind } from '../runs/index.ts'

export interface DefaultModelResult {
  /** What the model is called by. */
  readonly name: string
  /** What was said of the choice, in plain sentences: that a hub does not answer, and what was taken instead. */
  readonly said: readonly string[]
}

/** What a choice of the default model is told, and by whom. */
export interface DefaultModelChoice {
  readonly ensure: (name: string) => Promise<string>
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

/** Names of steps begin with the model they are about: `smollm2: download`. */
const steps = { resolve: 'find the model', download: 'download', verify: 'verify', store: 'store' } as const

/**
 * Bringing the default model as durable work: which one that is turns out only on the way. Resumed, it chooses again, and
 * goes on from the bytes that are there.
 */
export function createDefaultModelRunKind(options: {
  readonly models: Pick<Models, 'pull'>
  /** The name by which a model can be called that is here, or elsewhere; undefined where it has to be pulled. */
  readonly usable: (name: string) => Promise<string | undefined>
  /** As `ensureDefaultModel`. */
  readonly choose: (choice: DefaultModelChoice) => Promise<string>
}): RunKind<Record<string, never>, DefaultModelResult> {
  const { models, usable, choose } = options
  const pull = async (name: string, context: RunContext): Promise<string> => {
    const details = await models.pull(name, {
      signal: context.signal,
      onProgress: ({ phase, completed, total, rate, eta, message }) => {
        if (message !== undefined) context.log(message)
        context.progress({
          step: `${name}: ${steps[phase]}`,
          completed,
          total,
          unit: 'bytes',
          rate,
          eta,
          ...(message !== undefined && { message }),
        })
      },
    })
    return details.name
  }
  return {
    kind: 'default-model',
    title: () => 'Get the default model',
    parse: () => ({}),
    execute: async (_input, context) => {
      const said: string[] = []
      const name = await choose({
        signal: context.signal,
        say: (line) => {
          said.push(line)
          context.log(line, 'warn')
        },
        ensure: async (wanted) => (await usable(wanted)) ?? (await pull(wanted, context)),
      })
      return { name, said }
    },
  }
}
