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

async function start(): Promise<SupervisedEngine> {
  const factory = createLlamaFactory({ logs, threads: 1 })
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
