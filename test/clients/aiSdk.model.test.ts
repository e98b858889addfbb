import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { embedMany, generateText, jsonSchema, Output, streamText, type ToolSet, tool } from 'ai'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RealServer, realServer } from '../support/realServer.ts'

let real: RealServer
let provider: ReturnType<typeof createOpenAICompatible>
let model: string

beforeAll(async () => {
  real = await realServer()
  model = real.model
  provider = createOpenAICompatible({
    name: 'sanjha',
    baseURL: `${real.url}/v1`,
    includeUsage: true,
    supportsStructuredOutputs: true,
  })
})
afterAll(() => real?.[Symbol.asyncDispose]())

it('generates the same streamed and not', async () => {
  const ask = { model: provider(model), prompt: 'What is the capital of France?', temperature: 0, maxOutputTokens: 20 }
  const whole = await generateText(ask)
  const streamed = streamText(ask)
  let text = ''
  for await (const delta of streamed.textStream) text += delta
  expect(text).toMatch(/Paris/)
  expect(text).toBe(whole.text)
  expect((await streamed.usage).outputTokens).toBe(whole.usage.outputTokens)
  expect(await streamed.finishReason).toBe(whole.finishReason)
})

it('calls a tool, and gives its result back to the model', async () => {
  const asked: string[] = []
  const weather = tool({
    description: 'Tells the weather',
    inputSchema: jsonSchema<{ city: string }>({
      type: 'object',
      properties: { city: { type: 'string', maxLength: 20 } },
      required: ['city'],
      additionalProperties: false,
    }),
    execute: async ({ city }) => {
      asked.push(city)
      return { celsius: 21 }
    },
  })
  // The SDK's own type does not hold under exactOptionalPropertyTypes.
  const tools = { weather } as unknown as ToolSet
  const ask = { model: provider(model), prompt: 'How warm is it in Paris?', tools, temperature: 0, maxOutputTokens: 80 }
  const whole = await generateText({ ...ask, toolChoice: 'required' })
  const streamed = streamText({ ...ask, toolChoice: 'required' })
  for (const result of [whole, streamed]) {
    const calls = await result.toolCalls
    expect(calls.length).toBeGreaterThan(0)
    for (const call of calls) expect(call).toMatchObject({ toolName: 'weather', input: { city: expect.any(String) } })
    expect((await result.toolResults).map((r) => r.output)).toEqual(calls.map(() => ({ celsius: 21 })))
  }
  expect(asked.length).toBeGreaterThanOrEqual(2)
  const after = await generateText({
    model: provider(model),
    messages: [{ role: 'user', content: 'How warm is it in Paris?' }, ...whole.response.messages],
    maxOutputTokens: 12,
    temperature: 0,
  })
  expect(after.text.length).toBeGreaterThan(0)
})

it('gives an object of the schema', async () => {
  const { output } = await generateText({
    model: provider(model),
    prompt: 'Invent a person.',
    temperature: 0,
    maxOutputTokens: 80,
    output: Output.object({
      schema: jsonSchema<{ name: string; age: number }>({
        type: 'object',
        properties: { name: { type: 'string', maxLength: 20 }, age: { type: 'integer', minimum: 0, maximum: 120 } },
        required: ['name', 'age'],
        additionalProperties: false,
      }),
    }),
  })
  expect(output).toEqual({ name: expect.any(String), age: expect.any(Number) })
})

it('embeds', async () => {
  const { embeddings } = await embedMany({ model: provider.embeddingModel(model), values: ['a cat', 'a dog'] })
  expect(embeddings.map((e) => e.length)).toEqual([576, 576])
})

it('understands what is wrong', async () => {
  await expect(generateText({ model: provider('nobody-has-this'), prompt: 'x', maxRetries: 0 })).rejects.toMatchObject({
    statusCode: 404,
  })
  await expect(
    generateText({ model: provider(model), prompt: 'word '.repeat(5000), maxRetries: 0 }),
  ).rejects.toMatchObject({ statusCode: 400, message: expect.stringMatching(/context/) })
})
