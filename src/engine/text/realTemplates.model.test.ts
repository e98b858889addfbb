import { open } from 'node:fs/promises'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { realTemplate, realTemplateNames } from '../../../test/support/realTemplates.ts'
import { testModelPath } from '../../../test/support/testModel.ts'
import { SanjhaError } from '../../core/index.ts'
import type { ChatMessage, Tool, ToolCall } from '../contract.ts'
import type { ChatFormat, ChatInput } from './contract.ts'
import { createChatFormat } from './createChatFormat.ts'
import { collect, cutAt } from './testing/collect.ts'
import { gbnfMatcher } from './testing/gbnfMatcher.ts'

const text = (value: string): ChatMessage['content'] => [{ type: 'text', text: value }]
const say = (role: 'system' | 'user' | 'assistant', value: string): ChatMessage => ({ role, content: text(value) })
const formatOf = (template: string, defaultSystem?: string): ChatFormat =>
  createChatFormat({
    template,
    bosToken: '<s>',
    eosToken: '</s>',
    architecture: 'llama',
    now: () => new Date(2026, 6, 4),
    ...(defaultSystem !== undefined && { defaultSystem }),
  })

const tools: Tool[] = [
  {
    name: 'get_weather',
    description: 'The weather at a place',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string', description: 'where' },
        days: { type: 'integer', description: 'how many' },
        detail: { type: 'object', properties: { wind: { type: 'boolean' } } },
      },
      required: ['city'],
    },
  },
  {
    name: 'list_cities',
    description: 'All cities',
    parameters: { type: 'object', properties: { like: { type: 'array', items: { type: 'string' } } } },
  },
]
const calls: ToolCall[] = [
  {
    id: 'aaaaaaaa1',
    name: 'get_weather',
    arguments: '{"city": "Sant\'Agata \\"d\\" é <b>", "days": 3, "detail": {"wind": true}}',
  },
  { id: 'aaaaaaaa2', name: 'list_cities', arguments: '{"like": ["a", "b]}"]}' },
]

/** One real template of each family, and which form its calls have. */
const families: readonly (readonly [template: string, family: string, severalCalls: boolean])[] = [
  ['ibm-granite-granite-3.3-2B-Instruct', 'granite3', true],
  ['ibm-granite-granite-4.0', 'hermes', true],
  ['ibm-granite-granite-4.1', 'hermes', true],
  ['NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use', 'hermes', true],
  ['NousResearch-Hermes-3-Llama-3.1-8B-tool_use', 'hermes', true],
  ['Qwen-Qwen2.5-7B-Instruct', 'hermes', true],
  ['Qwen-Qwen3-0.6B', 'hermes', true],
  ['Qwen-QwQ-32B', 'hermes', true],
  ['Qwen3-Coder', 'qwen-coder', true],
  ['Qwen3.5-4B', 'qwen-coder', true],
  ['meta-llama-Llama-3.1-8B-Instruct', 'llama3', false],
  ['meta-llama-Llama-3.2-3B-Instruct', 'llama3', false],
  ['meta-llama-Llama-3.3-70B-Instruct', 'llama3', false],
  ['mistralai-Mistral-Nemo-Instruct-2407', 'mistral', true],
  ['Mistral-Small-3.2-24B-Instruct-2506', 'mistral', true],
  ['unsloth-mistral-Devstral-Small-2507', 'mistral', true],
  ['mistralai-Ministral-3-14B-Reasoning-2512', 'mistral', true],
  ['google-gemma-2-2b-it', 'generic', true],
  ['HuggingFaceTB-SmolLM3-3B', 'generic', true],
  ['microsoft-Phi-3.5-mini-instruct', 'generic', true],
  ['deepseek-ai-DeepSeek-R1-Distill-Qwen-32B', 'generic', true],
]

const history = (made: readonly ToolCall[]): ChatMessage[] => [
  say('system', 'Be brief.'),
  say('user', 'How is it there?'),
  { role: 'assistant', content: [], toolCalls: made },
  ...made.map((call): ChatMessage => ({ role: 'tool', toolCallId: call.id, content: text(`result of ${call.name}`) })),
]
const chat = (messages: readonly ChatMessage[]): ChatInput => ({ type: 'chat', messages, tools })

describe.each(families)('%s', (name, family, severalCalls) => {
  let format: ChatFormat
  beforeAll(() => {
    format = formatOf(realTemplate(name))
  })

  it(`is of the family ${family}`, () => {
    expect(format.family).toBe(family)
    expect(format.supportsTools).toBe(true)
  })

  it('renders system, user, calls, results and tools', () => {
    const { prompt } = format.render(chat(history(severalCalls ? calls : calls.slice(0, 1))))
    for (const part of ['Be brief.', 'How is it there?', 'get_weather', 'list_cities', 'result of get_weather'])
      expect(prompt).toContain(part)
    expect(prompt.startsWith('<s>')).toBe(false)
    // A template that takes one call at a time still gets all of them.
    const all = format.render(chat(history(calls))).prompt
    for (const part of ['result of get_weather', 'result of list_cities']) expect(all).toContain(part)
  })

  it('reads back the calls that its template writes, in any split', () => {
    const made = severalCalls ? calls : calls.slice(0, 1)
    const before = format.render(chat(history(made).slice(0, 2)))
    // What the template writes between the question and the next turn is what the model would have to say.
    const after = format.render(chat(history(made))).prompt
    let common = 0
    while (common < before.prompt.length && before.prompt[common] === after[common]) common++
    // Not in the middle of a tag with which both begin.
    while (common > 0 && !/[\n>\]]/.test(after[common - 1]!)) common--
    const firstResult = after.indexOf('result of get_weather')
    const answer = after.slice(common, firstResult)
    // The turn's end and the beginning of the result's turn follow the calls: the end token stops the model there.
    const stops = [
      ...before.stop,
      '</s>',
      '<｜end▁of▁sentence｜>',
      '[TOOL_RESULTS]',
      '<tool_response>',
      '<|',
      '<start_of_turn>',
    ]
      .map((stop) => answer.indexOf(stop, answer.includes('<|tool_call|>') ? answer.indexOf('<|tool_call|>') + 13 : 1))
      .filter((at) => at > 0)
    const said = answer.slice(0, stops.length === 0 ? undefined : Math.min(...stops))
    const expected = made.map((call) => [call.name, JSON.parse(call.arguments)])
    const shape = (chunks: readonly string[]): unknown =>
      collect(before.newParser(), chunks).calls.map((call) => [call.name, JSON.parse(call.arguments)])
    expect(shape([said]), said).toEqual(expected)
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { maxLength: 60 }), (places) => {
        expect(shape(cutAt(said, places))).toEqual(expected)
      }),
      { numRuns: 100 },
    )
    const { text: rest } = collect(before.newParser(), [said])
    expect(rest.trim()).toBe('')
  })

  it('forces calls in the form that it reads', () => {
    const forced = format.render({ ...chat([say('user', 'Hi')]), toolChoice: { name: 'list_cities' } })
    expect(forced.grammar?.lazy).toBeUndefined()
    const matches = gbnfMatcher(forced.grammar!.gbnf)
    expect(matches('Hello')).toBe(false)
    expect(matches('')).toBe(false)
  })
})

describe('other real templates', () => {
  it('work, or say clearly why not', () => {
    const unusable: string[] = []
    for (const name of realTemplateNames()) {
      const format = formatOf(realTemplate(name))
      try {
        const { prompt } = format.render(chat([say('system', 'Be brief.'), say('user', 'Hi there')]))
        expect(prompt, name).toContain('Hi there')
        expect(prompt, name).toContain('Be brief.')
        expect(prompt, name).toContain('get_weather')
      } catch (error) {
        if (!SanjhaError.is(error)) throw error
        expect(error.code).toBe('invalid_file')
        unusable.push(name)
      }
    }
    // They need what the Jinja library does not have (numbers as keys), or a variable of their own.
    expect(unusable.toSorted()).toEqual(['ByteDance-Seed-OSS', 'fireworks-ai-llama-3-firefunction-v2'])
  })

  it('leave out their own system text when there is to be none', () => {
    const plain = (name: string): string =>
      formatOf(realTemplate(name), '').render({ type: 'chat', messages: [say('user', 'Hi')] }).prompt
    expect(plain('Qwen-Qwen2.5-7B-Instruct')).toBe('<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n')
    expect(plain('ibm-granite-granite-4.0')).toBe(
      '<|start_of_role|>user<|end_of_role|>Hi<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>',
    )
    expect(plain('ibm-granite-granite-3.3-2B-Instruct')).toBe(
      '<|start_of_role|>user<|end_of_role|>Hi<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>',
    )
    expect(plain('Mistral-Small-3.2-24B-Instruct-2506')).toBe('[INST]Hi[/INST]')
  })

  it('open and close the reasoning as their models do', () => {
    const render = (name: string, thinking?: boolean): ReturnType<ChatFormat['render']> =>
      formatOf(realTemplate(name)).render({
        type: 'chat',
        messages: [say('user', 'Hi')],
        ...(thinking !== undefined && { thinking }),
      })
    const opened = render('Qwen-QwQ-32B', true)
    expect(opened.prompt.endsWith('<think>\n')).toBe(true)
    expect(collect(opened.newParser(), ['Hm.\n</think>\n\nHello'])).toMatchObject({ reasoning: 'Hm.', text: 'Hello' })
    const own = render('Qwen-Qwen3-0.6B', true)
    expect(collect(own.newParser(), ['<think>\nHm.\n</think>\n\nHello'])).toMatchObject({
      reasoning: 'Hm.',
      text: 'Hello',
    })
    expect(collect(render('Qwen-Qwen3-0.6B', false).newParser(), ['Hello'])).toMatchObject({
      reasoning: '',
      text: 'Hello',
    })
    const granite = render('ibm-granite-granite-3.3-2B-Instruct', true)
    expect(granite.prompt).toContain('<think></think>')
    expect(collect(granite.newParser(), ['<think>Hm.</think><response>Hello</response>'])).toMatchObject({
      reasoning: 'Hm.',
      text: 'Hello',
    })
    const mistral = render('mistralai-Ministral-3-14B-Reasoning-2512')
    expect(collect(mistral.newParser(), ['[THINK]Hm.[/THINK]Hello'])).toMatchObject({ reasoning: 'Hm.', text: 'Hello' })
    const deepSeek = render('deepseek-ai-DeepSeek-R1-Distill-Qwen-32B', true)
    expect(collect(deepSeek.newParser(), ['Hm.</think>Hello'])).toMatchObject({ reasoning: 'Hm.', text: 'Hello' })
  })
})

describe('SmolLM2’s own template', () => {
  /** The template as the model file carries it: a GGUF string is its length in eight bytes, then its text. */
  async function smolTemplate(): Promise<string> {
    const file = await open(await testModelPath())
    try {
      const { buffer } = await file.read(Buffer.alloc(8_000_000), 0, 8_000_000, 0)
      const key = 'tokenizer.chat_template'
      const at = buffer.indexOf(key) + key.length + 4
      return buffer.subarray(at + 8, at + 8 + Number(buffer.readBigUInt64LE(at))).toString()
    } finally {
      await file.close()
    }
  }

  it('is plain ChatML without any system turn when the default system message is empty', async () => {
    const template = await smolTemplate()
    const input: ChatInput = { type: 'chat', messages: [say('user', 'What is the capital of France?')] }
    expect(formatOf(template).render(input).prompt).toContain('SmolLM')
    expect(formatOf(template, '').render(input).prompt).toBe(
      '<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n',
    )
    expect(formatOf(template, 'Be kind.').render(input).prompt).toBe(
      '<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n',
    )
    expect(formatOf(template).render(input).stop).toContain('<|im_end|>')
  })
})
