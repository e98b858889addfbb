import { afterAll } from 'vitest'
import { hashApiKey } from '../core/index.ts'
import { createOpenAIEngine } from '../engine/index.ts'
import { describeEngineContract } from '../engine/testing/engineContract.ts'
import { FakeEngine } from '../engine/testing/FakeEngine.ts'
import { type TestServer, testServer } from './testing/testServer.ts'

// A Sanjha is an engine to another Sanjha: what the contract promises survives both wires.
let t: TestServer
afterAll(() => t.close())

describeEngineContract('a Sanjha behind a Sanjha', async () => {
  const apiKey = 'a-key-between-two-servers'
  t = testServer({
    engines: { test: new FakeEngine({ contextLength: 2048 }) },
    settings: { apiKeys: [hashApiKey(apiKey)] },
  })
  const { url } = await t.server.listen()
  return createOpenAIEngine({ name: 'inner', baseUrl: `${url}/v1`, model: 'test', apiKey })
})
