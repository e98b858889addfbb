import { afterEach, describe, expect, it } from 'vitest'
import { realTemplate } from '../../../test/support/realTemplates.ts'
import { testModelPath } from '../../../test/support/testModel.ts'
import type { ChatMessage, Engine, GenerateInput, GenerateRequest, Tool } from '../contract.ts'
import { createNativeEngine } from '../llama/native/index.ts'

const tools: Tool[] = [
  {
    name: 'get_weather',
    description: 'The weather in a city',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string', maxLength: 20 },
        days: { type: 'integer', minimum: 1, maximum: 7 },
        unit: { type: 'string', enum: ['C', 'F'] },
      },
      required: ['city', 'days', 'unit'],
    },
  },
  { name: 'now', description: 'The time' },
]
// A system message keeps templates from adding a long one of their own.
const system: ChatMessage = { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] }
const user: ChatMessage = { role: 'user', content: [{ type: 'text', text: 'How is the weather in Rome?' }] }

let engine: Engine | undefined
afterEach(async () => {
  await engine?.close()
  engine = undefined
})

interface Answer {
  readonly text: string
  readonly calls: { readonly name: string; readonly arguments: string }[]
  readonly reason: string
}

async function ask(
  template: string | undefined,
  request: Omit<GenerateRequest, 'input'>,
  more: Partial<Extract<GenerateInput, { type: 'chat' }>> = {},
): Promise<Answer> {
  engine ??= await createNativeEngine({
    modelPath: await testModelPath(),
    contextLength: 4096,
    slots: 1,
    threads: 1,
    ...(template !== undefined && { chatTemplate: template }),
  })
  const answer = { text: '', calls: [] as { name: string; arguments: string }[], reason: '' }
  const input = { type: 'chat', messages: [system, user], ...more } as const
  for await (const part of engine.generate(
    { ...request, input, sampling: { temperature: 0 } },
    new AbortController().signal,
  )) {
    if (part.type === 'text') answer.text += part.text
    if (part.type === 'finish') answer.reason = part.reason
    if (part.type === 'tool-call') {
      answer.calls[part.index] ??= { name: part.name, arguments: '' }
      answer.calls[part.index]!.arguments += part.argumentsDelta
    }
  }
  return answer
}

// The model knows none of these forms: whatever it writes in them, it was made to.
describe.each([
  ['ibm-granite-granite-3.3-2B-Instruct'],
  ['ibm-granite-granite-4.0'],
  ['Qwen3-Coder'],
  ['meta-llama-Llama-3.2-3B-Instruct'],
  ['mistralai-Mistral-Nemo-Instruct-2407'],
  ['Mistral-Small-3.2-24B-Instruct-2506'],
])('a real model under the template %s', (name) => {
  it('calls the tool that it must', async () => {
    const template = realTemplate(name)
    const chosen = await ask(template, { maxTokens: 160 }, { tools, toolChoice: { name: 'get_weather' } })
    expect(chosen).toMatchObject({ text: '', reason: 'tool-calls' })
    expect(chosen.calls).toHaveLength(1)
    expect(chosen.calls[0]!.name).toBe('get_weather')
    const args = JSON.parse(chosen.calls[0]!.arguments) as { city: string; days: number; unit: string }
    expect(args.city.length).toBeLessThanOrEqual(20)
    expect([1, 2, 3, 4, 5, 6, 7]).toContain(args.days)
    expect(['C', 'F']).toContain(args.unit)
  })
})

describe('a real model', () => {
  it('calls one of the tools when it must call', async () => {
    const any = await ask(undefined, { maxTokens: 160 }, { tools, parallelToolCalls: false, toolChoice: 'required' })
    expect(any.calls.map((call) => call.name)).toSatisfy(
      (names: string[]) => names.length === 1 && ['get_weather', 'now'].includes(names[0]!),
    )
    expect(() => JSON.parse(any.calls[0]!.arguments)).not.toThrow()
  })

  it('writes what a schema asks for', async () => {
    const schema = {
      type: 'object',
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 30 },
        founded: { type: 'string', format: 'date' },
        score: { type: 'number', minimum: 0, maximum: 1 },
        phone: { type: 'string', pattern: '^\\+\\d{2} \\d{3}$' },
        tags: { type: 'array', items: { enum: ['city', 'river'] }, minItems: 1, maxItems: 2 },
      },
      required: ['name', 'founded', 'score', 'phone', 'tags'],
    }
    const { text, reason } = await ask(undefined, { maxTokens: 200, format: { type: 'json-schema', schema } })
    expect(reason).toBe('stop')
    const value = JSON.parse(text) as { name: string; founded: string; score: number; phone: string; tags: string[] }
    expect(value.name.length).toBeGreaterThan(0)
    expect(new Date(value.founded).toISOString().slice(0, 10)).toBe(value.founded)
    expect(value.score).toSatisfy((score: number) => score >= 0 && score <= 1)
    expect(value.phone).toMatch(/^\+\d{2} \d{3}$/)
    expect(value.tags.every((tag) => ['city', 'river'].includes(tag))).toBe(true)
  })
})
