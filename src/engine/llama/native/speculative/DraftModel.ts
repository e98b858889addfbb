import { type Clock, SanjhaError } from '../../../../core/index.ts'
import type { NativeApi } from '../bindings/nativeApi.ts'
import { type ContextExtras, createContext, type NativeContext } from '../model/NativeContext.ts'
import { loadModel, type NativeModel } from '../model/NativeModel.ts'
import type { Vocabulary } from '../model/Vocabulary.ts'
import { argmax } from '../sampling/logprobs.ts'
import type { ThreadChooser } from '../threads/ThreadController.ts'
import type { Drafter } from './Drafter.ts'
import type { DraftPolicy } from './DraftPolicy.ts'
import type { StepCost } from './StepCost.ts'

const batch = 512
/** Its acceptance is learned under this length of match: it has no match, but a habit. */
const habit = 8

export interface DraftModelOptions {
  readonly path: string
  /** The vocabulary of the model that it proposes for. */
  readonly vocabulary: Vocabulary
  readonly contextLength: number
  readonly sequences: number
  readonly threads: ThreadChooser
  readonly extras: ContextExtras
  readonly clock: Clock
}

/** A smaller model that proposes its own most probable tokens. */
export class DraftModel {
  readonly #model: NativeModel
  readonly #context: NativeContext
  readonly #threads: ThreadChooser
  readonly #clock: Clock
  readonly #free: number[]
  /** Smoothed milliseconds per proposed token. */
  #msPerToken = 0

  constructor(model: NativeModel, context: NativeContext, options: DraftModelOptions) {
    this.#model = model
    this.#context = context
    this.#threads = options.threads
    this.#clock = options.clock
    this.#free = Array.from({ length: options.sequences }, (_, i) => i)
  }

  /** A drafter for one answer, or undefined when all sequences are in use. Its `close` gives the sequence back. */
  createDrafter(options: {
    readonly prompt: readonly number[]
    readonly policy: DraftPolicy
    readonly cost: StepCost
    readonly longest: number
  }): Drafter | undefined {
    const sequence = this.#free.pop()
    if (sequence === undefined) return undefined
    const { policy, cost, longest } = options
    const tokens = [...options.prompt]
    let cells = 0
    let proposed: number[] = []
    let isClosed = false
    return {
      add(token) {
        const held = proposed.length > 0 ? proposed[0] === token : undefined
        policy.observe(habit, held)
        proposed = held ? proposed.slice(1) : []
        tokens.push(token)
      },
      prepare: async (others) => {
        const limit = Math.min(longest, this.#context.cells - tokens.length - 1)
        const count = policy.length(habit, limit, cost, others, this.#msPerToken)
        proposed = []
        if (count <= 0 || isClosed) return
        // Only here, between decodes, may the memory be touched. What was proposed last time and did not hold is taken back; what held is there already.
        cells = Math.min(cells, tokens.length - 1)
        this.#context.trim(sequence, cells)
        const result = await this.#continue(sequence, tokens, cells, count, () => isClosed)
        cells = result.cells
        proposed = result.proposed
      },
      propose: (limit) => proposed.slice(0, Math.max(0, limit)),
      close: () => {
        if (isClosed) return
        isClosed = true
        this.#free.push(sequence)
      },
    }
  }

  /** Evaluates what is new of `tokens`, then proposes greedily. */
  async #continue(
    sequence: number,
    tokens: readonly number[],
    cells: number,
    count: number,
    isClosed: () => boolean,
  ): Promise<{ cells: number; proposed: number[] }> {
    const proposed: number[] = []
    let at = cells
    while (proposed.length < count && !isClosed()) {
      this.#context.clearBatch()
      let row = -1
      const isCatchingUp = at < tokens.length
      for (let i = 0; i < batch && (isCatchingUp ? at < tokens.length : i === 0); i++, at++) {
        const token = isCatchingUp ? tokens[at] : proposed.at(-1)
        row = this.#context.add(token as number, at, sequence, !isCatchingUp || at === tokens.length - 1)
      }
      const { size } = this.#context
      const threads = this.#threads.next
      this.#context.setThreads(threads, threads)
      const before = this.#clock.monotonic()
      if ((await this.#context.decode()) !== 'done') {
        this.#context.trim(sequence, 0)
        return { cells: 0, proposed: [] }
      }
      const milliseconds = this.#clock.monotonic() - before
      if (size === 1) this.#msPerToken += (this.#msPerToken === 0 ? 1 : 0.2) * (milliseconds - this.#msPerToken)
      if (row >= 0) proposed.push(argmax(this.#context.logits(row)))
    }
    // The last proposed token itself was not evaluated. Only what stays true is counted as there.
    return { cells: tokens.length, proposed }
  }

  free(): void {
    this.#context.free()
    this.#model.free()
  }
}

/** Errors: `invalid_config` when its tokens are not the model's; what loading throws. */
export async function openDraftModel(api: NativeApi, options: DraftModelOptions): Promise<DraftModel> {
  const { path, vocabulary, contextLength, sequences, threads, extras } = options
  const model = await loadModel(api, { path })
  try {
    checkVocabulary(model.vocabulary, vocabulary, path)
    const context = await createContext(
      api,
      model,
      { cells: contextLength, sequences, batch, outputs: sequences, threads: threads.next, typeK: 'f16', typeV: 'f16' },
      { pool: extras.pool },
    )
    return new DraftModel(model, context, options)
  } catch (error) {
    model.free()
    throw error
  }
}

function checkVocabulary(draft: Vocabulary, main: Vocabulary, path: string): void {
  const differs =
    draft.size !== main.size ||
    draft.bos !== main.bos ||
    draft.eos !== main.eos ||
    Array.from({ length: main.size }, (_, token) => token).some((token) => draft.text(token) !== main.text(token))
  if (!differs) return
  throw new SanjhaError(
    'invalid_config',
    `The draft model ${path} has other tokens than the model it is to propose for.`,
    {
      hint: 'Choose a smaller model of the same family.',
      details: { draftTokens: draft.size, modelTokens: main.size },
    },
  )
}
