import { SanjhaError } from '../core/index.ts'
import type { RunKind } from '../runs/index.ts'
import type { Models, PullProgress } from './contract.ts'
import { parseReference } from './reference.ts'

export interface PullInput {
  readonly model: string
  readonly force?: boolean
}

export interface PullResult {
  readonly name: string
  readonly digest: string
  readonly size: number
}

const steps: Readonly<Record<PullProgress['phase'], string>> = {
  resolve: 'find the model',
  download: 'download',
  verify: 'verify',
  store: 'store',
}

/** Pulling as durable work. A resumed run goes on from the bytes that are there, because downloads do. */
export function createPullRunKind(models: Pick<Models, 'pull'>): RunKind<PullInput, PullResult> {
  return {
    kind: 'pull',
    title: ({ model }) => `Pull ${model}`,
    parse: (input) => {
      const { model, force } = (typeof input === 'object' && input !== null ? input : {}) as {
        model?: unknown
        force?: unknown
      }
      if (typeof model !== 'string' || model.trim() === '') {
        throw new SanjhaError('invalid_request', 'A pull needs the field `model`: a short name or a reference.', {
          param: 'model',
        })
      }
      // An address with credentials is refused; refused only later, it would stay in the run's record. What has no scheme may
      // be any name that a person gave.
      if (model.includes('://')) parseReference(model)
      if (force !== undefined && typeof force !== 'boolean') {
        throw new SanjhaError('invalid_request', 'The field `force` is true or false.', { param: 'force' })
      }
      return { model, ...(force !== undefined && { force }) }
    },
    execute: async (input, context) => {
      const details = await models.pull(input.model, {
        signal: context.signal,
        ...(input.force !== undefined && { force: input.force }),
        onProgress: (progress) => {
          if (progress.message !== undefined) context.log(progress.message)
          const { completed, total, rate, eta, message } = progress
          context.progress({
            step: steps[progress.phase],
            completed,
            total,
            unit: 'bytes',
            rate,
            eta,
            ...(message !== undefined && { message }),
          })
        },
      })
      return { name: details.name, digest: details.digest, size: details.size }
    },
  }
}
