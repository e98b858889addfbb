import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutAt } from '../testing/collect.ts'
import { ReasoningParser } from './ReasoningParser.ts'
import { detectReasoning, type ReasoningTags } from './tags.ts'

const think: ReasoningTags = { open: '<think>', close: '</think>' }
const granite: ReasoningTags = { ...think, answerOpen: ['<response>'], answerClose: '</response>' }

function read(
  chunks: readonly string[],
  tags = think,
  inside = false,
  interrupts: string[] = [],
): { text: string; reasoning: string } {
  const parser = new ReasoningParser(tags, { inside, interrupts })
  const result = { text: '', reasoning: '' }
  for (const part of [...chunks.flatMap((chunk) => parser.push(chunk)), ...parser.end()]) result[part.type] += part.text
  return result
}

describe('ReasoningParser', () => {
  it('separates what is thought from what is said, in any split', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '<', '/', 'think', '>', 'é'), maxLength: 12 })
    fc.assert(
      fc.property(
        word,
        word,
        fc.boolean(),
        fc.array(fc.nat(100), { maxLength: 30 }),
        (thought, said, inside, places) => {
          fc.pre(
            !thought.includes('</think>') &&
              !thought.trimStart().startsWith('<think>') &&
              !`${thought}</think>`.slice(0, -1).includes('</think>'),
          )
          const text = `${inside ? '' : '\n<think>\n'}${thought}</think>\n\n${said}`
          expect(read(cutAt(text, places), think, inside)).toEqual({
            reasoning: thought.trim(),
            text: said.trimStart(),
          })
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('leaves answers without reasoning alone, in any split', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ' ', '\n', '<', 'thin', 'k', '>'), maxLength: 20 }),
        fc.array(fc.nat(100)),
        (text, places) => {
          fc.pre(!text.trimStart().startsWith('<think>'))
          expect(read(cutAt(text, places))).toEqual({ reasoning: '', text })
        },
      ),
    )
    expect(read(['Say <think> and </think>.']).text).toBe('Say <think> and </think>.')
  })

  it('takes the tags around the answer away', () => {
    const text = '<think>a</think><response>b</response>'
    for (let cut = 0; cut <= text.length; cut++) {
      expect(read([text.slice(0, cut), text.slice(cut)], granite)).toEqual({ reasoning: 'a', text: 'b' })
    }
  })

  it('ends where a tool call begins though the reasoning was not closed', () => {
    expect(read(['I should call. <tool', '_call>{}'], think, true, ['<tool_call>'])).toEqual({
      reasoning: 'I should call.',
      text: '<tool_call>{}',
    })
  })

  it('gives out at once what cannot be a tag any more', () => {
    const parser = new ReasoningParser(think, { inside: true, interrupts: [] })
    expect(parser.push('Hm, <')).toEqual([{ type: 'reasoning', text: 'Hm,' }])
    expect(parser.push('b')).toEqual([{ type: 'reasoning', text: ' <b' }])
  })

  it('reads gpt-oss’s channels', () => {
    const tags = detectReasoning("'<|channel|>analysis<|message|>'")!
    expect(
      read(['<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b'], tags),
    ).toEqual({ reasoning: 'a', text: 'b' })
    expect(read(['<|channel|>final<|message|>b'], tags)).toEqual({ reasoning: '', text: 'b' })
  })
})
