import { describe, expect, it } from 'vitest'
import { SanjhaError } from '../../core/index.ts'
import type { ChatMessage, Tool } from '../contract.ts'
import type { ChatFormat, ChatFormatOptions, ChatInput } from './contract.ts'
import { createChatFormat } from './createChatFormat.ts'
import { collect } from './testing/collect.ts'
import { gbnfMatcher } from './testing/gbnfMatcher.ts'

const text = (value: string): ChatMessage['content'] => [{ type: 'text', text: value }]
const say = (role: 'system' | 'user' | 'assistant', value: string): ChatMessage => ({ role, content: text(value) })
const chat = (messages: readonly ChatMessage[], more: Partial<ChatInput> = {}): ChatInput => ({
  type: 'chat',
  messages,
  ...more,
})

function format(template: string | null, more: Partial<ChatFormatOptions> = {}): ChatFormat {
  return createChatFormat({ template, bosToken: '<s>', eosToken: '</s>', architecture: 'llama', ...more })
}

function errorOf(run: () => unknown): SanjhaError {
  try {
    run()
  } catch (error) {
    if (SanjhaError.is(error)) return error
    throw error
  }
  throw new Error('no error')
}

const turns =
  "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
const injecting = `{% if messages[0].role != 'system' %}{{ '<|im_start|>system\\nI am the default.<|im_end|>\\n' }}{% endif %}${turns}`
const thinking = `${turns}{# <think> #}{% if enable_thinking is defined and not enable_thinking %}{{ '<think>\\n\\n</think>\\n\\n' }}{% endif %}`
const opened = `${turns}{{ '<think>\\n' }}`
const strict =
  "{{ bos_token }}{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('take turns') }}{% endif %}{{ '[' + m.role + ']' + m.content }}{% endfor %}"
const weather: Tool = {
  name: 'weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}
const clock: Tool = { name: 'clock' }
const user = say('user', 'Hi')

describe('createChatFormat', () => {
  it('renders with the model’s template and never writes the beginning token itself', () => {
    const { prompt, bos, stop } = format(`{{ bos_token }}{{ bos_token }}${turns}`).render(
      chat([say('system', 'S'), user]),
    )
    expect(prompt).toBe('<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n')
    expect(bos).toBe(true)
    expect(stop).toContain('<|im_end|>')
    expect(format(turns).render(chat([user])).bos).toBe(false)
  })

  it('uses the default system message only where the chat has none', () => {
    const given = format(injecting, { defaultSystem: 'D' })
    expect(given.render(chat([user])).prompt).toContain('system\nD<|im_end|>')
    expect(given.render(chat([say('system', 'S'), user])).prompt).not.toContain('D<|im_end|>')
    expect(format(injecting).render(chat([user])).prompt).toContain('I am the default.')
  })

  it('writes no system turn at all when the default system message is empty', () => {
    const plain = '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n'
    expect(format(injecting, { defaultSystem: '' }).render(chat([user])).prompt).toBe(plain)
    expect(format(turns, { defaultSystem: '' }).render(chat([user])).prompt).toBe(plain)
    // A chat can say the same for itself.
    expect(format(injecting).render(chat([say('system', ''), user])).prompt).toBe(plain)
    expect(format(injecting, { defaultSystem: 'D' }).render(chat([say('system', ''), user])).prompt).toBe(plain)
    // One that takes a system message only in front, so that the turn cannot be learned from two of them.
    const front =
      "{% if messages[0].role == 'system' %}{% set s = messages[0].content %}{% set rest = messages[1:] %}{% else %}{% set s = 'Default.' %}{% set rest = messages %}{% endif %}{{ '[SYSTEM_PROMPT]' + s + '[/SYSTEM_PROMPT]' }}{% for m in rest %}{% if m.role == 'system' %}{{ raise_exception('no') }}{% endif %}{{ '[INST]' + m.content }}{% endfor %}"
    expect(format(front, { defaultSystem: '' }).render(chat([user])).prompt).toBe('[INST]Hi')
    // The user's own words are never taken for the template's.
    const words = say('user', 'I am the default.')
    expect(format(injecting, { defaultSystem: '' }).render(chat([words])).prompt).toBe(
      plain.replace('Hi', 'I am the default.'),
    )
  })

  it('puts a system message where a template without that role can show it, and joins turns', () => {
    const strictFormat = format(strict)
    expect(strictFormat.render(chat([say('system', 'S'), say('user', 'a'), say('user', 'b')])).prompt).toBe(
      '[user]S\n\na\n\nb',
    )
    expect(
      strictFormat.render(chat([say('user', 'a'), say('assistant', 'b'), say('system', 'S'), say('user', 'c')])).prompt,
    ).toBe('[user]S\n\na[assistant]b[user]c')
    expect(errorOf(() => strictFormat.render(chat([say('assistant', 'a')]))).message).toContain('take turns')
  })

  it('continues the assistant’s own message', () => {
    const last = say('assistant', 'The answer')
    expect(format(turns).render(chat([user, last], { continueLast: true })).prompt).toMatch(/assistant\nThe answer$/)
    const begun = format(opened).render(chat([user, last], { continueLast: true }))
    expect(begun.prompt).toMatch(/<think>\n\n<\/think>\n\nThe answer$/)
    expect(collect(begun.newParser(), [' is 4'])).toMatchObject({ text: ' is 4', reasoning: '' })
    const thought = format(thinking).render(
      chat([user, { role: 'assistant', content: [], reasoning: 'Two and two' }], { continueLast: true }),
    )
    expect(thought.prompt).toMatch(/<think>\nTwo and two$/)
    expect(collect(thought.newParser(), [' is 4</think>4'])).toMatchObject({ text: '4', reasoning: 'is 4' })
    expect(errorOf(() => format(turns).render(chat([user], { continueLast: true }))).code).toBe('invalid_request')
  })

  it('keeps reasoning apart, also where the prompt opened it', () => {
    expect(
      collect(
        format(thinking)
          .render(chat([user]))
          .newParser(),
        ['<think>a</think>b'],
      ),
    ).toMatchObject({ reasoning: 'a', text: 'b' })
    expect(
      collect(
        format(opened)
          .render(chat([user]))
          .newParser(),
        ['a</think>b'],
      ),
    ).toMatchObject({ reasoning: 'a', text: 'b' })
    const off = format(thinking).render(chat([user], { thinking: false }))
    expect(off.prompt).toMatch(/<think>\n\n<\/think>\n\n$/)
    expect(collect(off.newParser(), ['b'])).toMatchObject({ reasoning: '', text: 'b' })
    expect(
      collect(
        format(turns)
          .render(chat([user]))
          .newParser(),
        ['<think>a</think>b'],
      ).text,
    ).toBe('<think>a</think>b')
    expect([format(thinking).supportsThinking, format(turns).supportsThinking]).toEqual([true, false])
  })

  it('explains tools to a model whose template has no place for them', () => {
    const rendered = format(turns).render(chat([say('system', 'S'), user], { tools: [weather] }))
    expect(rendered.prompt).toMatch(
      /^<\|im_start\|>system\nS\n\n[\s\S]*"name":"weather"[\s\S]*<tool_call>[\s\S]*<\|im_end\|>\n<\|im_start\|>user/,
    )
    const { calls } = collect(rendered.newParser(), [
      '<tool_call>\n{"name": "weather", "arguments": {"city": "Rome"}}\n</tool_call>',
    ])
    expect(calls).toMatchObject([{ name: 'weather', arguments: '{"city": "Rome"}' }])
    const answered = format(turns).render(
      chat(
        [
          user,
          {
            role: 'assistant',
            content: [],
            toolCalls: [{ id: 'call_1', name: 'weather', arguments: '{"city":"Rome"}' }],
          },
          { role: 'tool', toolCallId: 'call_1', content: text('Sunny') },
        ],
        { tools: [weather] },
      ),
    )
    expect(answered.prompt).toContain(
      'assistant\n<tool_call>\n{"name": "weather", "arguments": {"city":"Rome"}}\n</tool_call><|im_end|>',
    )
    expect(answered.prompt).toContain('user\n<tool_response>\nSunny\n</tool_response><|im_end|>')
  })

  it('explains tools as well where the template fails on them', () => {
    const picky = `{% if tools %}{% for t in tools %}{{ t.function.name + t.function.parameters.properties.p.description }}<tool_call>{% endfor %}{% endif %}${turns}`
    const rendered = format(picky).render(chat([user], { tools: [weather] }))
    expect(rendered.prompt).toMatch(/system\n[\s\S]*"name":"weather"[\s\S]*<\|im_end\|>/)
  })

  it('says which parts of the prompt are to be taken literally', () => {
    const { prompt, literals } = format(turns).render(chat([say('user', '<|im_end|> x')]))
    expect(literals.map(([from, to]) => prompt.slice(from, to))).toEqual(['<|im_end|> x'])
  })

  it('forces calls by grammar as tool_choice asks', () => {
    const call = (name: string, args: string): string =>
      `<tool_call>\n{"name": "${name}", "arguments": ${args}}\n</tool_call>`
    const matches = (more: Partial<ChatInput>): ((answer: string) => boolean) =>
      gbnfMatcher(format(turns).render(chat([user], { tools: [weather, clock], ...more })).grammar!.gbnf)
    const required = matches({ toolChoice: 'required' })
    expect(required(call('weather', '{"city": "Rome"}'))).toBe(true)
    expect(required(call('clock', '{}'))).toBe(true)
    expect(required(`${call('clock', '{}')}\n${call('clock', '{}')}`)).toBe(true)
    expect(required(call('weather', '{}'))).toBe(false)
    expect(required(call('other', '{}'))).toBe(false)
    expect(required('Hello')).toBe(false)
    expect(
      matches({ toolChoice: 'required', parallelToolCalls: false })(`${call('clock', '{}')}\n${call('clock', '{}')}`),
    ).toBe(false)
    const named = matches({ toolChoice: { name: 'weather' } })
    expect(named(call('weather', '{"city": "Rome"}'))).toBe(true)
    expect(named(call('clock', '{}'))).toBe(false)
    const auto = format(turns).render(chat([user], { tools: [weather] })).grammar!
    expect(auto.lazy).toEqual({ triggerWords: ['<tool_call>'] })
    expect(gbnfMatcher(auto.gbnf)(call('weather', '{"city": "Rome"}'))).toBe(true)
    const none = format(turns).render(chat([user], { tools: [weather], toolChoice: 'none' }))
    expect(none.grammar).toBeUndefined()
    expect(none.prompt).not.toContain('weather')
    expect(errorOf(() => matches({ toolChoice: { name: 'absent' } })).message).toContain('absent')
    expect(errorOf(() => format(turns).render(chat([user], { toolChoice: 'required' }))).param).toBe('tool_choice')
  })

  it('combines a format with reasoning and with tools', () => {
    const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] } as const
    const of = (
      template: string,
      more: Partial<ChatInput> = {},
      wanted: Parameters<ChatFormat['render']>[1] = { format: { type: 'json-schema', schema } },
    ): ((answer: string) => boolean) => gbnfMatcher(format(template).render(chat([user], more), wanted).grammar!.gbnf)
    expect(of(turns)('{"n": 1}')).toBe(true)
    expect(of(turns)('{"n": "1"}')).toBe(false)
    expect(of(thinking)('<think>\nLet < me </ see.\n</think>\n\n{"n": 1}')).toBe(true)
    expect(of(thinking)('{"n": 1}')).toBe(true)
    expect(of(thinking)('<think>\n{"n": 1}')).toBe(false)
    expect(of(thinking, { thinking: false })('<think>\n</think>{"n": 1}')).toBe(false)
    expect(of(opened)('Hm.</think>\n{"n": 1}')).toBe(true)
    expect(of(opened)('{"n": 1}')).toBe(false)
    const both = of(turns, { tools: [clock] })
    expect(both('{"n": 1}')).toBe(true)
    expect(both('<tool_call>\n{"name": "clock", "arguments": {}}\n</tool_call>')).toBe(true)
    const own = of(
      turns,
      { tools: [clock] },
      { format: { type: 'grammar', grammar: '# a comment\nroot ::= "root" word+\nword ::= " " [a-z\\]"]{1,3}' } },
    )
    expect(own('root a] "')).toBe(true)
    expect(own('root')).toBe(false)
    const grammar = 'root ::= "x"'
    expect(format(turns).render(chat([user]), { format: { type: 'grammar', grammar } }).grammar).toEqual({
      gbnf: grammar,
    })
    expect(
      errorOf(() => format(turns).render(chat([user]), { format: { type: 'grammar', grammar: 'a ::= "x"' } })).code,
    ).toBe('invalid_request')
    expect(format(turns).render(chat([user]), { format: { type: 'text' } }).grammar).toBeUndefined()
  })

  it('says so when it uses a template that is not the model’s', () => {
    expect(format(null).family).toContain('chatml')
    expect(format(null).render(chat([user])).prompt).toBe('<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n')
    const gemma = format(null, { architecture: 'gemma3', bosToken: '<bos>' })
    expect(gemma.family).toContain('gemma')
    expect(gemma.render(chat([say('system', 'S'), user]))).toMatchObject({
      bos: true,
      prompt: '<start_of_turn>user\nS\n\nHi<end_of_turn>\n<start_of_turn>model\n',
    })
  })

  it('fails only when a chat is rendered with a faulty template', () => {
    const faulty = format('{% if %}')
    expect(faulty.supportsTools).toBe(false)
    expect(errorOf(() => faulty.render(chat([user]))).code).toBe('invalid_file')
    const whose = format('{% if %}', { modelName: 'Tiny' })
    expect(errorOf(() => whose.render(chat([user]))).message).toContain('Tiny’s chat template')
  })

  it('refuses images and empty chats', () => {
    const image: ChatMessage = {
      role: 'user',
      content: [{ type: 'image', mediaType: 'image/png', data: new Uint8Array() }],
    }
    expect(errorOf(() => format(turns).render(chat([image]))).code).toBe('unsupported')
    expect(errorOf(() => format(turns).render(chat([]))).code).toBe('invalid_request')
  })

  it('gives typed content to templates that want it', () => {
    const typed =
      "{% for m in messages %}{{ m.role }}:{% for part in m.content %}{% if part.type == 'text' %}{{ part.text }}{% endif %}{% endfor %};{% endfor %}"
    expect(format(typed).render(chat([say('system', 'S'), user])).prompt).toBe('system:S;user:Hi;')
  })
})
