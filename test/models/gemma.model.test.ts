import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type RealServer, realServer } from '../support/realServer.ts'
import { gemmaModelPath, missingGemma } from '../support/testModel.ts'

/** A second architecture, another tokenizer, no chat template, and a licence that is not open. */
let real: RealServer
let client: OpenAI
let model: string

const missing = await missingGemma()
beforeEach(({ skip }) => skip(missing !== undefined, missing))

beforeAll(async () => {
  if (missing !== undefined) return
  real = await realServer(await gemmaModelPath())
  model = real.model
  client = new OpenAI({ baseURL: `${real.url}/v1`, apiKey: 'none', maxRetries: 0 })
}, 900_000)
afterAll(() => real?.[Symbol.asyncDispose]())

it('is known for what it is, and its licence is said to be restricted', async () => {
  const shown = JSON.parse((await real.home.sanjha(['show', model, '--json'])).stdout)
  expect(shown).toMatchObject({
    files: [{ digest: 'sha256:a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818' }],
    architecture: 'gemma3',
    parameters: 268_098_176,
    quantization: 'Q4_K_M',
    contextLength: 32_768,
    license: 'LicenseRef-Gemma-Terms',
    template: null,
  })
  // For people as well, wherever the model is named.
  expect((await real.home.sanjha(['show', model])).stdout).toMatch(/restricted|not open/i)
  const pull = await real.home.sanjha(['pull', await gemmaModelPath()])
  expect(pull.stdout + pull.stderr).toMatch(
    /LicenseRef-Gemma-Terms.*(restricted|not open)|(restricted|not open).*licen[cs]e/i,
  )
  const catalogue = JSON.parse((await real.home.sanjha(['list', '--catalog', '--json'])).stdout) as {
    id: string
    openLicense: boolean
  }[]
  expect(catalogue.find((entry) => entry.id === 'gemma-3-270m')?.openLicense).toBe(false)
})

it('completes, the same streamed and not, and stops where it is told', async () => {
  const ask = {
    model,
    prompt: 'Paris is the capital of France. Berlin is the capital of Germany. Rome is the capital of',
    temperature: 0,
    max_tokens: 12,
  }
  const whole = (await client.completions.create(ask)).choices[0]
  let text = ''
  for await (const chunk of await client.completions.create({ ...ask, stream: true })) {
    text += chunk.choices[0]?.text ?? ''
  }
  expect(whole?.text).toMatch(/^ Italy/)
  expect(text).toBe(whole?.text)
  const stopped = await client.completions.create({ ...ask, stop: 'taly' })
  expect(stopped.choices[0]?.text).toBe(text.slice(0, text.indexOf('taly')))
})

it('reads and writes every script, byte for byte', async () => {
  for (const prompt of ['ਸਾਂਝਾ', '共有', 'Größe  und   Ähnliches', '🙂👩‍👩‍👧', 'a\n\tb ']) {
    const { tokens } = (await real.server.post('/tokenize', { model, prompt, add_special_tokens: false })).body
    expect((await real.server.post('/detokenize', { model, tokens })).body.prompt).toBe(prompt)
  }
})

it('embeds and tells log-probabilities', async () => {
  const { data } = await client.embeddings.create({ model, input: ['a cat', 'a kitten', 'a tax form'] })
  expect(data.map((d) => d.embedding.length)).toEqual([640, 640, 640])
  expect(Math.hypot(...(data[0]?.embedding ?? []))).toBeCloseTo(1, 4)
  const { choices } = await client.completions.create({
    model,
    prompt: 'One, two, three,',
    temperature: 0,
    max_tokens: 4,
    logprobs: 3,
  })
  const { tokens, token_logprobs, top_logprobs } = choices[0]?.logprobs ?? {}
  expect(tokens?.join('')).toBe(choices[0]?.text)
  for (const [i, logprob] of (token_logprobs ?? []).entries()) {
    expect(logprob).toBeLessThanOrEqual(0)
    expect(Math.max(...Object.values(top_logprobs?.[i] ?? {}))).toBeCloseTo(logprob, 5)
  }
})

it('keeps to a schema although nobody taught it to chat', async () => {
  const schema = {
    type: 'object',
    properties: { city: { type: 'string', maxLength: 12 } },
    required: ['city'],
    additionalProperties: false,
  }
  const { choices } = await client.chat.completions.create({
    model,
    messages: [{ role: 'user', content: 'Name a city.' }],
    temperature: 0,
    max_tokens: 40,
    response_format: { type: 'json_schema', json_schema: { name: 'city', schema, strict: true } },
  })
  expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual({ city: expect.any(String) })
})

it('grows beyond its sliding window without losing the thread', async () => {
  // 512 tokens is the window of most of its layers; the prompt is longer, and is cached for the second time.
  const prompt = `${'The password is swordfish. '.repeat(120)}Remember: the password is`
  const ask = { model, prompt, temperature: 0, max_tokens: 4 }
  const first = await client.completions.create(ask)
  expect(first.usage?.prompt_tokens).toBeGreaterThan(600)
  expect(first.choices[0]?.text).toMatch(/swordfish/)
  const second = await client.completions.create(ask)
  expect(second.choices[0]?.text).toBe(first.choices[0]?.text)
})

it('goes on from the beginning of an earlier prompt as if it had read it anew, whatever came between', async () => {
  const facts = Array.from(
    { length: 60 },
    (_, i) => `Room ${i} is for ${i % 2 === 0 ? 'tea' : 'coffee'} number ${i * 7}. `,
  )
  const complete = (
    prompt: string,
    more: { cache_prompt?: boolean } = {},
  ): ReturnType<typeof client.completions.create> =>
    client.completions.create({ model, prompt, temperature: 0, max_tokens: 1, logprobs: 1, ...more })
  const top = async (answer: ReturnType<typeof complete>): Promise<number> => {
    const { choices } = (await answer) as OpenAI.Completion
    return choices[0]?.logprobs?.token_logprobs?.[0] ?? Number.NaN
  }
  await complete(facts.join(''))
  await complete('Something else.')
  const beginning = `${facts.slice(0, 12).join('')}Room 3 is for`
  const reused = await top(complete(beginning))
  const anew = await top(complete(beginning, { cache_prompt: false }))
  expect(Math.abs(reused - anew)).toBeLessThan(0.5)
})
