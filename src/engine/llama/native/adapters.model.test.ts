import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loraAdapter } from '../../../../test/support/loraAdapter.ts'
import { testModelPath } from '../../../../test/support/testModel.ts'
import type { Engine } from '../../contract.ts'
import { codeOf, collect, never, textOfParts } from '../../testing/requests.ts'
import { createNativeEngine } from './index.ts'

const modelPath = await testModelPath()
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-adapter-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const score = async (engine: Engine): Promise<number[]> => {
  const request = { context: 'The capital of France is', continuation: ' Paris, the city of light.' }
  const [tokens] = await engine.score([request], never)
  return (tokens ?? []).map((token) => token.logprob)
}

async function withAdapter<T>(value: number, scale: number, work: (engine: Engine) => Promise<T>): Promise<T> {
  const path = join(folder, `${value}.gguf`)
  await writeFile(path, loraAdapter(value))
  const engine = await createNativeEngine({
    modelPath,
    contextLength: 256,
    slots: 1,
    threads: 1,
    adapters: [{ path, scale }],
  })
  try {
    return await work(engine)
  } finally {
    await engine.close()
  }
}

describe('LoRA adapters', () => {
  it('change nothing when they are zero or scaled by 0, and something otherwise', async () => {
    const plain = await createNativeEngine({ modelPath, contextLength: 256, slots: 1, threads: 1 })
    const base = await score(plain)
    await plain.close()
    expect(await withAdapter(0, 1, score)).toEqual(base)
    expect(await withAdapter(0.5, 0, score)).toEqual(base)
    const changed = await withAdapter(0.5, 1, score)
    expect(changed).toHaveLength(base.length)
    expect(changed).not.toEqual(base)
  })

  it('generate too', async () => {
    const parts = await withAdapter(0.5, 1, (engine) =>
      collect(engine, { input: { type: 'completion', prompt: 'The capital of France is' }, maxTokens: 8 }),
    )
    expect(textOfParts(parts)).not.toBe('')
  })

  it('are refused when they are none', async () => {
    const options = { modelPath, contextLength: 256, adapters: [{ path: join(folder, 'missing.gguf'), scale: 1 }] }
    expect(await codeOf(createNativeEngine(options))).toBe('invalid_file')
  })
})

describe('loading', () => {
  it('refuses what is no model, or not there', async () => {
    const path = join(folder, 'broken.gguf')
    await writeFile(path, 'GGUF but not really')
    expect(await codeOf(createNativeEngine({ modelPath: path }))).toBe('invalid_file')
    expect(await codeOf(createNativeEngine({ modelPath: join(folder, 'none.gguf') }))).toBe('not_found')
  })

  it('refuses settings that make no sense', async () => {
    for (const more of [{ slots: 0 }, { threads: 0 }, { contextLength: 1.5 }, { gpuLayers: -2 }]) {
      expect(await codeOf(createNativeEngine({ modelPath, ...more }))).toBe('invalid_config')
    }
    expect(await codeOf(createNativeEngine({ modelPath, memoryLimitBytes: 1000 }))).toBe('insufficient_memory')
  })
})
