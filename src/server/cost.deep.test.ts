import { Agent, request as httpRequest } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { type TestServer, testServer } from './testing/testServer.ts'

let t: TestServer
afterEach(() => t.close())

const body = JSON.stringify({ model: 'test', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 8 })
const streamed = JSON.stringify({ ...JSON.parse(body), stream: true })

/** One request over a kept connection; resolves when the whole answer is there. */
function post(agent: Agent, port: number, path: string, text: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { agent, port, host: '127.0.0.1', path, method: 'POST', headers: { 'content-type': 'application/json' } },
      (response) => {
        response.resume()
        response.once('end', () => resolve(response.statusCode ?? 0))
      },
    )
    request.once('error', reject)
    request.end(text)
  })
}

/** What is really held: weak references and finalisers need turns of the event loop to let go. */
async function heapAfterCollection(): Promise<number> {
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return process.memoryUsage().heapUsed
}

it('memory is flat over 10,000 requests', { timeout: 300_000 }, async () => {
  const v8 = await import('node:v8')
  const vm = await import('node:vm')
  v8.setFlagsFromString('--expose-gc')
  globalThis.gc = vm.runInNewContext('gc') as typeof globalThis.gc
  t = testServer()
  const { port } = await t.server.listen()
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  const rounds = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += 8) {
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, i) => post(agent, port, '/v1/chat/completions', i % 2 ? streamed : body)),
      )
      expect(answers.every((status) => status === 200)).toBe(true)
      // What the test itself remembers is no leak of the server.
      t.engine.requests.length = 0
      t.pool.acquired.length = 0
    }
  }
  await rounds(5_000)
  const before = await heapAfterCollection()
  await rounds(10_000)
  const grown = (await heapAfterCollection()) - before
  agent.destroy()
  // One small object a request would be more; what the collector and the JIT keep for themselves is less.
  expect(grown / 10_000).toBeLessThan(100)
})
