import { afterEach, beforeEach, expect, it } from 'vitest'
import { type TestServer, testServer } from '../testing/testServer.ts'

let t: TestServer
beforeEach(() => {
  t = testServer()
})
afterEach(() => t.close())

const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`

/** Bodies with something that is written out again, of any depth. */
const bodies = (inner: string): readonly (readonly [string, string])[] => [
  [
    '/api/chat',
    `{"messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":${inner}}}]}],"stream":false,"model":"test"}`,
  ],
  [
    '/v1/messages',
    `{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":${inner}}]}],"max_tokens":5,"model":"test"}`,
  ],
  ['/v1/responses', `{"input":"Hi","text":{"format":{"type":"json_schema","schema":{"default":${inner}}}}}`],
  ['/sanjha/v1/chats', `{"data":${inner}}`],
]

it('takes what is nested as deep as anybody writes it', async () => {
  for (const [path, body] of bodies(deep(400))) expect((await t.request('POST', path, body)).status).toBeLessThan(300)
})

it('refuses what is nested so deep that writing it out again would overflow the stack', async () => {
  for (const levels of [600, 10_000, 200_000]) {
    for (const [path, body] of bodies(deep(levels))) {
      const answer = await t.request('POST', path, body)
      expect([path, levels, answer.status]).toEqual([path, levels, 400])
      expect(await answer.text()).toContain('nested more than')
    }
  }
  expect((await t.request('POST', '/v1/completions', `{"prompt":${'['.repeat(1e6)}${']'.repeat(1e6)}}`)).status).toBe(
    400,
  )
})
