import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { embed, generateText, jsonSchema, streamText, type ToolSet, tool } from 'ai'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'

let t: TestServer
let provider: ReturnType<typeof createOpenAICompatible>

beforeAll(async () => {
  t = testServer()
  const { url } = await t.server.listen()
  provider = createOpenAICompatible({ name: 'sanjha', baseURL: `${url}/v1`, includeUsage: true })
})
afterAll(() => t.close())

it('generates text, with reasoning and usage', async () => {
  const result = await generateText({ model: provider('test'), prompt: '[[think Hm.]][[say Yes.]]' })
  expect([result.text, result.reasoningText, result.finishReason]).toEqual(['Yes.', 'Hm.', 'stop'])
  expect(result.usage.outputTokens).toBe(2)
})

it('streams text', async () => {
  const result = streamText({ model: provider('test'), prompt: 'Hi' })
  let text = ''
  for await (const delta of result.textStream) text += delta
  expect(text).toBe('You said: Hi')
  expect((await result.usage).totalTokens).toBe(6)
})

it('calls tools', async () => {
  const weather = tool({ inputSchema: jsonSchema<{ city: string }>({ type: 'object', properties: {} }) })
  // The SDK's own type does not hold under exactOptionalPropertyTypes.
  const tools = { weather } as unknown as ToolSet
  for (const result of [
    await generateText({ model: provider('test'), prompt: 'Hi', tools, toolChoice: 'required' }),
    streamText({ model: provider('test'), prompt: 'Hi', tools, toolChoice: 'required' }),
  ]) {
    expect(await result.toolCalls).toMatchObject([{ toolName: 'weather', input: { city: 'Paris', days: 3 } }])
    expect(await result.finishReason).toBe('tool-calls')
  }
})

it('embeds', async () => {
  const { embedding } = await embed({ model: provider.embeddingModel('test'), value: 'Hi' })
  expect(embedding).toHaveLength(8)
})

it('understands errors, also in the middle of a stream', async () => {
  await expect(generateText({ model: provider('nobody'), prompt: 'x', maxRetries: 0 })).rejects.toMatchObject({
    statusCode: 404,
    message: expect.stringContaining('nobody'),
  })
  const errors: unknown[] = []
  const broken = streamText({
    model: provider('test'),
    prompt: '[[say half]][[throw engine_crashed]]',
    onError: ({ error }) => {
      errors.push(error)
    },
  })
  for await (const _ of broken.fullStream);
  expect(errors).toHaveLength(1)
})
