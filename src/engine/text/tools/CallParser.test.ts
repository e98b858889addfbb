import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Tool, ToolCall } from '../../contract.ts'
import { type Collected, collect, cutAt } from '../testing/collect.ts'
import { CallParser } from './CallParser.ts'
import type { ToolFamily } from './family.ts'
import { generic, granite3, hermes } from './jsonTagFamily.ts'
import { llama } from './llamaFamily.ts'
import { mistral } from './mistralFamily.ts'
import { qwenCoder } from './qwenCoderFamily.ts'

const tools: Tool[] = [
  { name: 'get_weather' },
  { name: 'now' },
  { name: 'say', parameters: { type: 'object', properties: { text: { type: 'string' } } } },
]
const families = [hermes, generic, granite3, llama, mistral, qwenCoder]

const parserOf = (family: ToolFamily, single = false): CallParser =>
  new CallParser({ ...family.syntax(tools, ''), single })
const read = (family: ToolFamily, text: string, single = false): Collected => collect(parserOf(family, single), [text])
const shape = ({ text, calls }: Collected): unknown => ({
  text,
  calls: calls.map((call) => [call.name, call.arguments === '' ? '' : JSON.parse(call.arguments)]),
})

const value: fc.Arbitrary<unknown> = fc.jsonValue({ maxDepth: 2, stringUnit: 'grapheme' })
const key = fc.string({ unit: fc.constantFrom('a', 'b', '_', 'name', 'arguments', 'id'), minLength: 1, maxLength: 3 })
const args = fc.dictionary(key, value, { maxKeys: 3 }).map((members) => ({ ...members }))
const call: fc.Arbitrary<ToolCall> = fc
  .tuple(fc.constantFrom('get_weather', 'now', 'say'), args)
  .map(([name, values]) => ({ id: 'call_1', name, arguments: JSON.stringify(values) }))
const cuts = fc.array(fc.nat(2000), { maxLength: 50 })

describe.each(families)('calls of $name', (family) => {
  it('are read back as written, in any split', () => {
    fc.assert(
      fc.property(fc.array(call, { minLength: 1, maxLength: 3 }), cuts, (calls, places) => {
        // Tags cannot tell a text that looks like JSON from JSON, nor hold their own closing tag.
        fc.pre(
          family !== qwenCoder ||
            calls.every(
              (one) => !/"(?:true|false|null|True|False|None|[-\d[{\\"]|\s)|parameter|\\n|""/.test(one.arguments),
            ),
        )
        const parsed = collect(parserOf(family), cutAt(family.write(calls), places))
        expect(shape(parsed)).toEqual({ text: '', calls: calls.map((one) => [one.name, JSON.parse(one.arguments)]) })
      }),
      { numRuns: 300 },
    )
  })

  it('have ids of the family’s form, each its own', () => {
    const one: ToolCall = { id: '', name: 'now', arguments: '{}' }
    const { calls } = read(family, family.write([one, one]))
    expect(calls.map((made) => made.id)).toSatisfy((ids: string[]) => new Set(ids).size === 2)
    for (const made of calls)
      expect(made.id).toMatch(family === mistral ? /^[A-Za-z0-9]{9}$/ : /^call_[A-Za-z0-9]{24}$/)
  })

  it('never lose a character of other text, and say the same in any split', () => {
    const noise = fc
      .array(
        fc.constantFrom(
          '<tool_call>',
          '</tool_call>',
          '<|tool_call|>',
          '[TOOL_CALLS]',
          '[ARGS]',
          '<|python_tag|>',
          '<function=now>',
          '</function>',
          '{',
          '}',
          '[',
          ']',
          '"name"',
          ':',
          '"now"',
          '"arguments"',
          ',',
          ' ',
          '\n',
          'a',
          '<',
          '"',
          '1',
          ';',
        ),
        { maxLength: 14 },
      )
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(noise, cuts, (text, places) => {
        const whole = read(family, text)
        const pieces = collect(parserOf(family), cutAt(text, places))
        const strip = (one: Collected): unknown => ({
          ...one,
          calls: one.calls.map(({ name, arguments: given }) => [name, given]),
        })
        expect(strip(pieces)).toEqual(strip(whole))
        if (whole.calls.length === 0) expect(whole.text).toBe(text)
      }),
      { numRuns: 1000 },
    )
  })

  it('are taken once when only one is allowed, and the rest stays text', () => {
    const one: ToolCall = { id: '', name: 'now', arguments: '{}' }
    if (family === granite3 || family === mistral) return
    const { calls, text } = read(family, family.write([one, one]), true)
    expect(calls).toHaveLength(1)
    expect(text).toContain('now')
  })
})

describe('CallParser', () => {
  it('streams the arguments while they are being written', () => {
    const parser = parserOf(hermes)
    expect(parser.push('Let me see.\n<tool_call>\n{"name": "get_weather", "arg')).toEqual([
      { type: 'text', text: 'Let me see.' },
    ])
    const [first] = parser.push('uments": {"ci')
    expect(first).toMatchObject({ type: 'tool-call', index: 0, name: 'get_weather', argumentsDelta: '{"ci' })
    expect(parser.push('ty": "Pa')).toMatchObject([{ argumentsDelta: 'ty": "Pa' }])
    expect(parser.push('ris"}}\n</tool_call>')).toMatchObject([{ argumentsDelta: 'ris"}' }])
    expect(parser.end()).toEqual([])
  })

  it.each([
    ['unclosed', '<tool_call>\n{"name": "now"'],
    ['without a name', '<tool_call>{"arguments": {}}</tool_call>'],
    ['not JSON', '<tool_call>now()</tool_call>'],
    ['a name that is no text', '<tool_call>{"name": 1}</tool_call>'],
    ['an empty list', '<tool_call>[]</tool_call>'],
  ])('gives out a call that is %s as text', (_, text) => {
    expect(read(hermes, text)).toMatchObject({ text, calls: [] })
  })

  it('finds the call behind a false start', () => {
    const { text, calls } = read(
      hermes,
      'Write <tool_call> like this: <tool_call>{"name": "now", "arguments": {}}</tool_call>',
    )
    expect(text).toBe('Write <tool_call> like this:')
    expect(calls).toMatchObject([{ name: 'now', arguments: '{}' }])
  })

  it('keeps what it has of a call that is cut off or spoilt', () => {
    expect(read(hermes, '<tool_call>{"name": "now", "arguments": {"a": [1,').calls).toMatchObject([
      { name: 'now', arguments: '{"a": [1,' },
    ])
    const spoilt = read(hermes, '<tool_call>{"name": "now", "arguments": {"a": oops}}</tool_call> Done.')
    expect(spoilt.calls).toMatchObject([{ name: 'now', arguments: '{"a": oops}}' }])
    expect(spoilt.text).toBe(' Done.')
  })

  it('takes keys in any order, arguments in a string, null and none', () => {
    expect(shape(read(hermes, '<tool_call>{"arguments": {"a": 1}, "name": "now"}</tool_call>'))).toEqual({
      text: '',
      calls: [['now', { a: 1 }]],
    })
    expect(shape(read(hermes, '<tool_call>{"name": "now", "arguments": "{\\"a\\": 1}"}</tool_call>'))).toEqual({
      text: '',
      calls: [['now', { a: 1 }]],
    })
    expect(shape(read(hermes, '<tool_call>{"name": "now", "arguments": null}</tool_call>'))).toEqual({
      text: '',
      calls: [['now', {}]],
    })
    expect(shape(read(hermes, '<tool_call>{"name": "now"}</tool_call>'))).toEqual({ text: '', calls: [['now', {}]] })
    expect(shape(read(hermes, '<tool_call>{"name": "say", "arguments": {"text": "two\nlines"}}</tool_call>'))).toEqual({
      text: '',
      calls: [['say', { text: 'two\nlines' }]],
    })
  })

  it('takes bare JSON as a call only when it names an offered tool, and only at the beginning', () => {
    expect(read(llama, ' {"type": "function", "name": "now", "parameters": {}}').calls).toHaveLength(1)
    const other = '{"name": "Ada", "parameters": {}}'
    expect(read(llama, other)).toMatchObject({ text: other, calls: [] })
    const later = 'Like this: {"name": "now", "parameters": {}}'
    expect(read(llama, later)).toMatchObject({ text: later, calls: [] })
    const parser = parserOf(llama)
    expect(parser.push('{"answer"')).toEqual([{ type: 'text', text: '{"answer"' }])
  })

  it('reads both of Mistral’s forms, with its ids', () => {
    expect(shape(read(mistral, '[TOOL_CALLS]now[ARGS]{}[TOOL_CALLS]say[ARGS]{"text": "[ARGS]"}'))).toEqual({
      text: '',
      calls: [
        ['now', {}],
        ['say', { text: '[ARGS]' }],
      ],
    })
    expect(read(mistral, '[TOOL_CALLS]now[CALL_ID]abcDEF123[ARGS]{}').calls).toMatchObject([
      { id: 'abcDEF123', name: 'now' },
    ])
    expect(read(mistral, '[TOOL_CALLS] [{"name": "now", "arguments": {}, "id": "abcDEF123"}]').calls).toHaveLength(1)
  })

  it('reads values in tags by the parameter’s type', () => {
    const text =
      '<tool_call>\n<function=say>\n<parameter=text>\n12\n</parameter>\n<parameter=n>\n12\n</parameter>\n<parameter=on>\nTrue\n</parameter>\n</function>\n</tool_call>'
    expect(shape(read(qwenCoder, text))).toEqual({ text: '', calls: [['say', { text: '12', n: 12, on: true }]] })
  })
})
