import { afterEach, describe, expect, it } from 'vitest'
import { openDatabase, SanjhaError } from '../core/index.ts'
import type { ModelDetails, Models, PullOptions } from '../models/index.ts'
import { createRuns, type Runs, runsMigrations } from '../runs/index.ts'
import { createDefaultModelRunKind, type DefaultModelChoice } from './defaultModelRun.ts'

let runs: Runs | undefined
afterEach(() => runs?.close())

function start(options: {
  readonly pull?: (name: string, options: PullOptions) => Promise<void>
  readonly usable?: readonly string[]
  readonly choose: (choice: DefaultModelChoice) => Promise<string>
}): Runs {
  const models: Pick<Models, 'pull'> = {
    pull: async (name, pullOptions = {}) => {
      await options.pull?.(name, pullOptions)
      return { name: `${name}:stored` } as ModelDetails
    },
  }
  const kind = createDefaultModelRunKind({
    models,
    usable: async (name) => (options.usable?.includes(name) ? name : undefined),
    choose: options.choose,
  })
  runs = createRuns({ database: openDatabase(':memory:', runsMigrations), kinds: [kind], pollMs: 5 })
  return runs
}

describe('the run that brings the default model', () => {
  it('says which model its progress is about, and at the end what was chosen and why', async () => {
    const all = start({
      pull: async (_name, { onProgress }) => {
        onProgress?.({ phase: 'download', completed: 5, total: 10, rate: 2, eta: 3 })
      },
      choose: async ({ ensure, say }) => {
        say('The hub does not answer.')
        return await ensure('smollm2')
      },
    })
    const run = await all.wait(all.start('default-model', undefined).id)
    expect(run).toMatchObject({
      state: 'succeeded',
      result: { name: 'smollm2:stored', said: ['The hub does not answer.'] },
      progress: { step: 'smollm2: download', completed: 5, total: 10, rate: 2, eta: 3 },
    })
  })

  it('pulls nothing that can be used already', async () => {
    const all = start({
      usable: ['team/large'],
      pull: async () => Promise.reject(new Error('Nothing is to be pulled.')),
      choose: ({ ensure }) => ensure('team/large'),
    })
    const run = await all.wait(all.start('default-model', {}).id)
    expect([run.state, run.result]).toEqual(['succeeded', { name: 'team/large', said: [] }])
  })

  it('is cancelled, and resumed it chooses again', async () => {
    let attempts = 0
    const all = start({
      pull: async (_name, { signal }) => {
        if (++attempts > 1) return
        await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }))
      },
      choose: ({ ensure }) => ensure('granite'),
    })
    const { id } = all.start('default-model', {})
    await expect.poll(() => attempts).toBe(1)
    all.cancel(id)
    expect((await all.wait(id)).state).toBe('cancelled')
    all.resume(id)
    expect((await all.wait(id)).result).toEqual({ name: 'granite:stored', said: [] })
  })

  it('ends with what the choice ended with', async () => {
    const all = start({
      choose: async () => {
        throw new SanjhaError('model_not_found', 'Sanjha is offline.', { hint: 'Turn it off.' })
      },
    })
    const run = await all.wait(all.start('default-model', {}).id)
    expect([run.state, run.error?.code, run.error?.hint]).toEqual(['failed', 'model_not_found', 'Turn it off.'])
  })
})
