import { describe, expect, it } from 'vitest'
import { defaultConfig, SanjhaError } from '../core/index.ts'
import type { ModelDetails, Models } from '../models/index.ts'
import { ensureDefaultModel } from './defaultModel.ts'

interface Situation {
  readonly configured?: string
  readonly stored?: readonly string[]
  readonly hub?: boolean
  readonly autoPull?: boolean
  readonly offline?: boolean
  readonly failing?: Readonly<Record<string, SanjhaError>>
}

async function choose(situation: Situation): Promise<{ chosen: string; said: string[]; probed: boolean }> {
  const said: string[] = []
  let probed = false
  const base = defaultConfig()
  const config = {
    ...base,
    network: { ...base.network, offline: situation.offline ?? false },
    models: { ...base.models, default: situation.configured ?? null, autoPull: situation.autoPull ?? true },
  }
  const models = {
    find: async (name: string) => (situation.stored?.includes(name) ? ({ name } as ModelDetails) : undefined),
  } as Pick<Models, 'find'> as Models
  const chosen = await ensureDefaultModel({
    config,
    models,
    hubAnswers: async () => {
      probed = true
      return situation.hub ?? false
    },
    ensure: async (name) => {
      const failure = situation.failing?.[name]
      if (failure !== undefined) throw failure
      return name
    },
    say: (line) => said.push(line),
  })
  return { chosen, said, probed }
}

describe('the default model', () => {
  it('is the configured one, without asking anybody', async () => {
    expect(await choose({ configured: 'mine', stored: ['granite'] })).toEqual({
      chosen: 'mine',
      said: [],
      probed: false,
    })
  })

  it('is Granite where it is stored or its hub answers', async () => {
    expect((await choose({ stored: ['granite', 'smollm2'] })).chosen).toBe('granite')
    expect((await choose({ hub: true })).chosen).toBe('granite')
  })

  it('is SmolLM2 where the hub does not answer, and says why and how to get the other', async () => {
    const { chosen, said } = await choose({ hub: false })
    expect(chosen).toBe('smollm2')
    expect(said.join('\n')).toMatch(/does not answer[\s\S]*sanjha pull granite/)
  })

  it('is SmolLM2 on a second start, without asking the hub again', async () => {
    expect(await choose({ stored: ['smollm2'], hub: true })).toEqual({ chosen: 'smollm2', said: [], probed: false })
  })

  it('falls back when the hub answers but then fails, and only for that reason', async () => {
    const unreachable = new SanjhaError('network_unreachable', 'cut off')
    expect((await choose({ hub: true, failing: { granite: unreachable } })).chosen).toBe('smollm2')
    const wrong = new SanjhaError('digest_mismatch', 'other bytes')
    await expect(choose({ hub: true, failing: { granite: wrong } })).rejects.toThrow('other bytes')
  })

  it('says that it is offline, not that a hub does not answer', async () => {
    await expect(choose({ offline: true })).rejects.toThrow('network.offline')
    expect((await choose({ offline: true, stored: ['smollm2'] })).chosen).toBe('smollm2')
  })

  it('fetches nothing when that is switched off', async () => {
    await expect(choose({ autoPull: false, hub: true })).rejects.toMatchObject({ code: 'model_not_found' })
  })
})
