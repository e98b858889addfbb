import { spawnSync } from 'node:child_process'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsLiteral, plainJson, pythonLiteral } from './literals.ts'

const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom("'", '"', '\\', '\n', '\r', '\u2028', '\u202e', '\u0007', '`', '$', '{', '\ud800', 'ਅ', '🙂'),
  }),
  fc.constantFrom('__proto__', 'constructor', 'None', 'a-b', '0', ''),
)
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    texts,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
    fc.constantFrom(null, true, false),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.array(fc.tuple(texts, tie('value')), { maxLength: 6 }).map((entries) => Object.fromEntries(entries)),
  ),
})).value

/** Compared as text: some comparisons overlook a property named `__proto__`. */
const same = (a: unknown, b: unknown): void => expect(JSON.stringify(a)).toBe(JSON.stringify(b))

it('JavaScript reads the value it was made from, and JSON too', () => {
  fc.assert(
    fc.property(json, fc.nat(3), (value, depth) => {
      same(runInNewContext(`(${jsLiteral(value, depth)})`), value)
      same(JSON.parse(plainJson(value, 2)), value)
    }),
    { numRuns: 500 },
  )
})

it('nothing in it steers a terminal or turns the reading order', () => {
  fc.assert(
    fc.property(json, (value) => {
      for (const text of [jsLiteral(value), pythonLiteral(value), plainJson(value)]) {
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028\u2029]/)
      }
    }),
  )
})

it('Python reads the value it was made from', () => {
  const values = fc.sample(json, 300)
  const deep = Array.from({ length: 300 }).reduce<unknown>((inner) => [inner], "'")
  const program = `import json\nfor value in [\n${[...values, deep].map((value) => `${pythonLiteral(value, 0)},\n`).join('')}]:\n    print(json.dumps(value))\n`
  const { status, stdout, stderr } = spawnSync('python3', ['-'], { input: program, encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  const lines = stdout.trimEnd().split('\n')
  expect(lines.length).toBe(values.length + 1)
  // Python writes 1e+21 where JavaScript writes 1e21: the values count.
  for (const [i, value] of values.entries()) same(JSON.parse(lines[i] as string), value)
  same(JSON.parse(lines.at(-1) as string), deep)
})
