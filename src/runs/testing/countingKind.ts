import { existsSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { SanjhaError } from '../../core/index.ts'
import type { RunKind } from '../contract.ts'

export interface CountingInput {
  /** Each step appends its number and the pid to this file when its work is done. */
  readonly file: string
  readonly steps: number
  readonly delayMs?: number
  readonly failAt?: number
  /** Wait at this step until the file `${file}.go` exists. */
  readonly holdAt?: number
}

/** A kind for tests: so many steps, each of which leaves a trace in a file. */
export const countingKind: RunKind<CountingInput, { readonly sum: number }> = {
  kind: 'count',
  title: (input) => `Count to ${input.steps}`,
  parse: (input) => {
    const { file, steps } = (input ?? {}) as CountingInput
    if (typeof file !== 'string' || !Number.isInteger(steps)) {
      throw new SanjhaError('invalid_request', 'Counting takes `file` and `steps`.')
    }
    return input as CountingInput
  },
  execute: async ({ file, steps, delayMs = 0, failAt, holdAt }, context) => {
    let sum = 0
    for (let i = 1; i <= steps; i++) {
      context.progress({ step: 'count', completed: i - 1, total: steps, unit: 'steps', rate: null, eta: null })
      const { value } = await context.step(`count ${i}`, { i, before: sum }, async () => {
        await delay(delayMs, undefined, { signal: context.signal })
        while (i === holdAt && !existsSync(`${file}.go`)) await delay(5, undefined, { signal: context.signal })
        if (i === failAt) throw new SanjhaError('upstream_error', 'It broke.', { hint: 'Mend it.' })
        await appendFile(file, `${i} ${process.pid}\n`)
        return { value: i }
      })
      sum += value
    }
    context.log(`Counted to ${steps}`)
    return { sum }
  },
}
