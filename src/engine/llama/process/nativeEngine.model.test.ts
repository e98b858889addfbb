import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testModelPath } from '../../../../test/support/testModel.ts'
import { memoryNeed } from '../../fit.ts'
import type { LlamaSource } from '../../pool/index.ts'
import { describeEngineContract } from '../../testing/engineContract.ts'
import { isAlive } from '../../testing/isAlive.ts'
import { collect, failureOf, never, textOfParts, userChat } from '../../testing/requests.ts'
import { createLlamaFactory } from './createLlamaFactory.ts'
import type { EngineLimits } from './startEngineChild.ts'
import type { SupervisedEngine } from './superviseEngine.ts'

let logs: string
let source: LlamaSource

beforeAll(async () => {
  logs = await mkdtemp(join(tmpdir(), 'sanjha-native-'))
  const modelPath = await testModelPath()
  source = {
    kind: 'llama',
    model: 'smollm2',
    digest: 'sha256:test',
    modelPath,
    weightsBytes: (await stat(modelPath)).size,
    // 30 layers × 2 (keys and values) × 3 heads × 64 values × 2 bytes.
    contextBytesPerToken: 23_040,
    contextLength: 8192,
    parameters: 134_515_008,
    quantization: 'Q4_1',
    defaults: {},
  }
})
afterAll(() => rm(logs, { recursive: true, force: true }))

async function start(limits: Partial<EngineLimits> = {}): Promise<SupervisedEngine> {
  const factory = createLlamaFactory({ logs, threads: 1, limits })
  const request = { source, load: {}, contextLength: 1024, onProgress: () => undefined }
  return (await factory(request, never)) as SupervisedEngine
}

describeEngineContract('llama.cpp in a process of its own', async () => (await start()).engine, {
  timeoutMs: 120_000,
  longPrompt: 'Tell me a long story about a dragon.',
})

describe('llama.cpp in a process of its own', { timeout: 120_000 }, () => {
  it('answers again after its process was killed in the middle of an answer', async () => {
    const supervised = await start()
    const ask = { input: userChat('Tell me a long story.'), maxTokens: 200, sampling: { temperature: 0 } }
    let parts = 0
    const work = (async () => {
      for await (const _ of supervised.engine.generate(ask, never)) {
        if (++parts === 3) process.kill(supervised.pid as number, 'SIGKILL')
      }
    })()
    expect(await failureOf(work)).toMatchObject({ code: 'engine_crashed', retryable: true })
    expect(textOfParts(await collect(supervised.engine, { ...ask, maxTokens: 5 }))).not.toBe('')
    const pid = supervised.pid as number
    await supervised.engine.close()
    expect(isAlive(pid)).toBe(false)
  })

  it('is killed and answers again when it stands still in the middle of an answer', async () => {
    // The next one is an honest engine: it loads anew and has as long between two signs of life.
    const supervised = await start({ hangMs: 6000, graceMs: 200 })
    let parts = 0
    const work = (async () => {
      for await (const _ of supervised.engine.generate({ input: userChat('Tell me a long story.') }, never)) {
        if (++parts === 3) process.kill(supervised.pid as number, 'SIGSTOP')
      }
    })()
    expect(await failureOf(work)).toMatchObject({ code: 'engine_crashed', details: { reason: 'hang' } })
    expect(await collect(supervised.engine, { input: userChat('Hi'), maxTokens: 2 })).not.toEqual([])
    await supervised.engine.close()
  })

  it('survives a storm of cancellations', async () => {
    const supervised = await start()
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const controller = new AbortController()
        setTimeout(() => controller.abort(), 20 * index)
        const ask = { input: userChat('Tell me a story.'), ignoreEnd: true }
        return (await failureOf(collect(supervised.engine, ask, controller.signal))).code
      }),
    )
    expect(new Set(outcomes)).toEqual(new Set(['cancelled']))
    expect(textOfParts(await collect(supervised.engine, { input: userChat('Hi'), maxTokens: 4 }))).not.toBe('')
    expect(supervised.restarts).toBe(0)
    await supervised.engine.close()
  })

  it('needs no more memory than was estimated', async () => {
    const supervised = await start()
    const prompt = 'word '.repeat(900)
    await collect(supervised.engine, { input: { type: 'completion', prompt }, maxTokens: 20 })
    // Both of these make a context of their own.
    await supervised.engine.score([{ context: prompt, continuation: ' word' }], never)
    await supervised.engine.embed(['word'], {}, never)
    const { memoryBytes } = supervised.engine.status()
    await supervised.engine.close()
    expect(memoryBytes).toBeGreaterThan(source.weightsBytes)
    expect(memoryBytes).toBeLessThan(memoryNeed(source, 1024).totalBytes)
  })

  it('refuses a file that is no model, with the log at hand', async () => {
    const factory = createLlamaFactory({ logs, threads: 1 })
    const broken = { ...source, modelPath: join(logs, 'engine-smollm2.log') }
    const request = { source: broken, load: {}, contextLength: 1024, onProgress: () => undefined }
    expect(await failureOf(factory(request, never))).toMatchObject({
      code: 'invalid_file',
      details: { logFile: join(logs, 'engine-smollm2.log') },
    })
  })
})
