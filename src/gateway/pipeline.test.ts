import { describe, expect, it } from 'vitest'
import { defaultConfig, type Logger, SanjhaError, silentLogger, systemClock } from '../core/index.ts'
import type { Call, CallPart, Operation, Stage } from './contract.ts'
import { createMetrics } from './metrics.ts'
import { compose, createGateway } from './pipeline.ts'
import { TestEngine } from './testing/TestEngine.ts'
import { TestPool } from './testing/TestPool.ts'

function setUp(options: { engine?: TestEngine; apiKeys?: string[]; log?: Logger; maxConcurrent?: number } = {}) {
  const engine = options.engine ?? new TestEngine()
  const pool = new TestPool({ m: engine })
  const metrics = createMetrics()
  const { server } = defaultConfig()
  const { apiKeys = [], maxConcurrent = 4 } = options
  const gateway = createGateway({
    pool,
    metrics,
    config: { server: { ...server, apiKeys, maxConcurrent, maxQueue: 0 } },
    clock: systemClock,
    log: options.log ?? silentLogger,
    defaultModel: async () => 'm',
  })
  return { engine, pool, metrics, gateway }
}

function call(content: string, changes: Partial<Call> = {}): Call {
  return {
    id: 'req_1',
    model: 'm',
    operation: {
      type: 'generate',
      request: { input: { type: 'chat', messages: [{ role: 'user', content: [{ type: 'text', text: content }] }] } },
    },
    acquire: {},
    caller: { keyId: null, surface: 'openai' },
    signal: new AbortController().signal,
    ...changes,
  }
}

async function read(parts: AsyncIterable<CallPart>): Promise<CallPart[]> {
  const all: CallPart[] = []
  for await (const part of parts) all.push(part)
  return all
}

describe('a call', () => {
  it('is routed, answered and recorded, and gives back what it took', async () => {
    const { gateway, pool, metrics } = setUp()
    const routed: unknown[] = []
    const parts = await read(gateway.handle(call('Hi', { model: '', onRouted: (r) => routed.push(r) })))
    expect(parts.map((p) => p.type)).toEqual(['text', 'text', 'text', 'finish'])
    const last = parts.at(-1)!
    expect(last.type === 'finish' && last.usage.timings!.loadMs).toBe(12)
    expect(routed).toEqual([{ model: 'm', digest: expect.stringMatching(/^sha256:/), loadMs: 12 }])
    expect(pool.held).toBe(0)
    const text = metrics.render()
    for (const line of [
      'sanjha_requests_total{surface="openai",operation="generate",outcome="stop"} 1',
      'vllm:request_success_total{model_name="m",finished_reason="stop"} 1',
      'vllm:prompt_tokens_total{model_name="m"} 3',
      'vllm:generation_tokens_total{model_name="m"} 3',
      'vllm:time_to_first_token_seconds_count{model_name="m"} 1',
      'vllm:e2e_request_latency_seconds_count{model_name="m"} 1',
      'vllm:num_requests_running{model_name="m"} 0',
      'sanjha_engine_threads_info{model_name="m",reason="It only pretends to work."} 1',
      'sanjha_gateway_requests_running 0',
      'sanjha_model_load_seconds_count{model_name="m"} 1',
    ]) {
      expect(text).toContain(`\n${line}\n`)
    }
  })

  it('does nothing before it is read', () => {
    const { gateway, pool } = setUp()
    gateway.handle(call('Hi'))
    expect(pool.acquired).toEqual([])
  })

  it.each<[string, Operation]>([
    ['embed', { type: 'embed', texts: ['a'], options: {} }],
    ['rerank', { type: 'rerank', query: 'a', documents: ['a'] }],
    ['score', { type: 'score', requests: [{ context: 'a', continuation: 'b' }] }],
  ])('may ask for one result: %s', async (type, operation) => {
    const { gateway, metrics } = setUp()
    const [part] = await read(gateway.handle(call('', { operation })))
    expect(part).toMatchObject({ type: 'result', value: { type } })
    expect(metrics.render()).toContain(`operation="${type}",outcome="result"} 1`)
  })

  it('that fails is recorded by its code, and its place is free again', async () => {
    const { gateway, pool, metrics } = setUp({ maxConcurrent: 1 })
    await expect(read(gateway.handle(call('[[say half]][[throw engine_crashed]]')))).rejects.toMatchObject({
      code: 'engine_crashed',
    })
    await expect(read(gateway.handle(call('x', { model: 'nobody' })))).rejects.toMatchObject({
      code: 'model_not_found',
    })
    await read(gateway.handle(call('Hi')))
    expect(pool.held).toBe(0)
    const text = metrics.render()
    expect(text).toContain('outcome="engine_crashed"} 1')
    expect(text).toContain('vllm:request_success_total{model_name="m",finished_reason="error"} 1')
    expect(text).not.toContain('nobody')
  })

  it('whose reader stops is cancelled, and its place is free again', async () => {
    const { gateway, pool, metrics } = setUp({ maxConcurrent: 1 })
    for await (const _ of gateway.handle(call('[[repeat 100 x]]'))) break
    expect(pool.held).toBe(0)
    expect(metrics.render()).toContain('outcome="cancelled"} 1')
    await read(gateway.handle(call('Hi')))
  })

  it('that was aborted is recorded by the reason', async () => {
    const { gateway, metrics } = setUp()
    const controller = new AbortController()
    const reading = read(gateway.handle(call('[[stall]]', { signal: controller.signal })))
    await new Promise((resolve) => setImmediate(resolve))
    controller.abort(new SanjhaError('timeout', 'Too long.'))
    await expect(reading).rejects.toThrow()
    expect(metrics.render()).toContain('outcome="timeout"} 1')
  })

  it('of a stranger is refused where keys are asked for, but not one of this process', async () => {
    const { gateway, pool } = setUp({ apiKeys: ['sha256:0'] })
    await expect(read(gateway.handle(call('Hi')))).rejects.toMatchObject({ code: 'unauthorized' })
    expect(pool.acquired).toEqual([])
    await read(gateway.handle(call('Hi', { caller: { keyId: 'abc', surface: 'openai' } })))
    await read(gateway.handle(call('Hi', { caller: { keyId: null, surface: 'cli' } })))
  })

  it('asks a model only for what it can do', async () => {
    const engine = new TestEngine({
      capabilities: { chat: false, completion: false, embed: false, rerank: false, score: false, infill: false },
    })
    const { gateway, pool } = setUp({ engine })
    const completion = (suffix?: string): Operation => ({
      type: 'generate',
      request: { input: { type: 'completion', prompt: 'a', ...(suffix !== undefined && { suffix }) } },
    })
    for (const operation of [
      call('Hi').operation,
      completion(),
      { type: 'embed', texts: ['a'], options: {} },
      { type: 'rerank', query: 'a', documents: ['a'] },
      { type: 'score', requests: [] },
    ] as const) {
      await expect(read(gateway.handle(call('', { operation })))).rejects.toMatchObject({ code: 'unsupported' })
    }
    expect(pool.held).toBe(0)
    const plain = setUp({ engine: new TestEngine({ capabilities: { infill: false } }) })
    await expect(read(plain.gateway.handle(call('', { operation: completion('b') })))).rejects.toMatchObject({
      param: 'suffix',
    })
  })

  it('leaves a line in the log, without a word of what was said', async () => {
    const lines: string[] = []
    const log: Logger = { ...silentLogger, info: (fields) => lines.push(JSON.stringify(fields)) }
    const { gateway } = setUp({ log })
    await read(gateway.handle(call('my secret thought')))
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0]!)).toMatchObject({ request: 'req_1', model: 'm', outcome: 'stop', promptTokens: 5 })
    expect(lines[0]).not.toContain('secret')
  })
})

describe('stages', () => {
  it('are passed from the outermost inwards, and back', async () => {
    const seen: string[] = []
    const stage = (name: string): Stage =>
      async function* (c, next) {
        seen.push(`${name} in ${c.id}`)
        yield* next({ ...c, id: `${c.id}${name}` })
        seen.push(`${name} out`)
      }
    const handle = compose([stage('a'), stage('b')], async function* (c) {
      seen.push(`end ${c.id}`)
      yield { type: 'text', text: 'x' }
    })
    await read(handle(call('', { id: '' })))
    expect(seen).toEqual(['a in ', 'b in a', 'end ab', 'b out', 'a out'])
  })
})
