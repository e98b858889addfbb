import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Block, BlockSplitter } from './BlockSplitter.ts'

const kinds = (blocks: readonly Block[]) => blocks.map(({ kind, source }) => `${kind}: ${source.trim()}`)
const bare = (text: string) => text.replace(/\s/g, '')

const document = `# Title

A paragraph
of two lines.

- one
- two
  - deeper

1. first

   still first
2. second

| a | b |
| - | - |
| 1 | 2 |

\`\`\`ts
const a = 1

const b = '\`\`\`'
\`\`\`

> quoted

$$
x^2

+ y
$$

Last.`

it('splits a text where Markdown does', () => {
  expect(kinds(new BlockSplitter().update(document, false))).toEqual([
    'markdown: # Title',
    'markdown: A paragraph\nof two lines.',
    'markdown: - one\n- two\n  - deeper',
    'markdown: 1. first\n\n   still first\n2. second',
    'markdown: | a | b |\n| - | - |\n| 1 | 2 |',
    "code: const a = 1\n\nconst b = '```'",
    'markdown: > quoted',
    'markdown: $$\nx^2\n\n+ y\n$$',
    'markdown: Last.',
  ])
})

it('closed blocks never change while the text grows, and come out the same when it is whole', () => {
  const splitter = new BlockSplitter()
  const closed = new Map<number, Block>()
  for (let end = 1; end <= document.length; end++) {
    const blocks = splitter.update(document.slice(0, end), true)
    for (const block of blocks.filter(({ isOpen }) => !isOpen)) {
      expect(closed.get(block.id) ?? block).toEqual(block)
      closed.set(block.id, block)
    }
    expect(blocks.filter(({ isOpen }) => isOpen).length).toBeLessThanOrEqual(1)
  }
  const whole = splitter.update(document, false)
  expect(kinds(whole)).toEqual(kinds(new BlockSplitter().update(document, false)))
  for (const [id, block] of closed)
    expect(whole.find((each) => each.id === id)?.source.trim()).toBe(block.source.trim())
})

const piece = fc.constantFrom(
  ...['# Head\n', 'word ', 'word\n', '\n', '\n\n', '- item\n', '  - deeper\n', '1. item\n', '> quote\n', '| a | b |\n'],
  ...[
    '| - | - |\n',
    '| 1 | 2 |\n',
    '    indented\n',
    '---\n',
    '===\n',
    '**bold',
    '`',
    '<div>',
    '[x]: y\n',
    '[x]',
    '\t',
    '\\',
  ],
)

it('nothing is lost or doubled on the way, however the text comes', () => {
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 40 }),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }),
      (pieces, steps) => {
        const text = pieces.join('')
        // The first line of a fence is not among what it holds; see below.
        fc.pre(!text.includes('```'))
        const splitter = new BlockSplitter()
        for (let [end, turn] = [0, 0]; end < text.length; turn++) {
          end = Math.min(text.length, end + (steps[turn % steps.length] as number))
          const shown = splitter.update(text.slice(0, end), true)
          const wanted = bare(text.slice(0, end).replaceAll('[x]: y', ''))
          expect(bare(shown.map(({ source }) => source.replaceAll('[x]: y', '')).join(''))).toBe(wanted)
        }
        expect(kinds(splitter.update(text, false))).toEqual(kinds(new BlockSplitter().update(text, false)))
      },
    ),
    { numRuns: 500 },
  )
})

it.each([
  ['a list', (i: number) => `- item ${i} with some words in it\n`],
  ['a table', (i: number) => (i === 0 ? '| a | b |\n| - | - |\n' : `| ${i} | some words in a cell |\n`)],
  ['code', (i: number) => (i === 0 ? '```\n' : `line ${i} of the code\n`)],
  ['paragraphs', (i: number) => `Paragraph ${i}.\n\n`],
])('%s of any length leaves little to read again', (_, line) => {
  const splitter = new BlockSplitter()
  let text = ''
  for (let i = 0; i < 2000; i++) {
    text += line(i)
    const open = splitter.update(text, true).find(({ isOpen }) => isOpen)
    if (open !== undefined && open.kind !== 'code') expect(open.source.length).toBeLessThan(5000)
  }
  const whole = splitter.update(text, false)
  expect(kinds(whole)).toEqual(kinds(new BlockSplitter().update(text, false)))
})

it('a fence that has not ended is code to the end, and shows no half of its closing marks', () => {
  const splitter = new BlockSplitter()
  expect(kinds(splitter.update('```py', true))).toEqual(['markdown: ```py'])
  expect(kinds(splitter.update('```py\na = 1\n``', true))).toEqual(['code: a = 1'])
  expect(splitter.update('```py\na = 1\n``', true)[0]?.language).toBe('py')
  expect(kinds(splitter.update('```py\na = 1\n``x', true))).toEqual(['code: a = 1\n``x'])
  expect(kinds(splitter.update('```py\na = 1\n``x', false))).toEqual(['code: a = 1\n``x'])
})

it('ticks that come one by one begin a fence, whose first line says what the code is', () => {
  const splitter = new BlockSplitter()
  expect(kinds(splitter.update('```# Head', true))).toEqual(['markdown: ```# Head'])
  expect(kinds(splitter.update('```# Head\n', true))).toEqual(['code: '])
  expect(kinds(splitter.update('```# Head\nword', false))).toEqual(['code: word'])
})

it('a definition below reaches what is above', () => {
  const splitter = new BlockSplitter()
  const before = splitter.update('See [x].\n\nMore\n\n[x]: https://example.org\n', true)
  const after = splitter.update('See [x].\n\nMore\n\n[x]: https://example.org\n', false)
  expect(after[0]?.id).not.toBe(before[0]?.id)
  expect(after[1]?.id).toBe(before[1]?.id)
})

it.each([
  ['one line of a megabyte', 'x'.repeat(1 << 20)],
  ['a megabyte of brackets', '['.repeat(1 << 20)],
  ['deep quotes', '> '.repeat(20_000)],
  ['quotes just not too deep', `${'> '.repeat(39)}x`],
  ['deep lists', '- '.repeat(20_000)],
  ['stars', '*a '.repeat(100_000)],
  ['ticks', '`'.repeat(100_000)],
  ['a wide table', `|${' a |'.repeat(20_000)}\n|${'-|'.repeat(20_000)}\n`],
])('%s is no trouble', (_, text) => {
  const splitter = new BlockSplitter()
  for (let end = 0; end < text.length; end += text.length >> 4) splitter.update(text.slice(0, end), true)
  expect(
    bare(
      splitter
        .update(text, false)
        .map(({ source }) => source)
        .join(''),
    ),
  ).toBe(bare(text))
})
