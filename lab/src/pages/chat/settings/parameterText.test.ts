import fc from 'fast-check'
import { expect, it } from 'vitest'
import { effective, type Parameter, parameters } from './parameters.ts'
import { parameterText, readParameter } from './parameterText.ts'

const find = (name: string): Parameter => parameters.find((each) => each.name === name)!
const read = (name: string, text: string) => readParameter(find(name), text)

it.each([
  ['temperature', '0.7', 0.7],
  ['temperature', ' 0,7 ', 0.7],
  ['top_k', '40', 40],
  ['repeat_last_n', '-1', -1],
  ['reasoning_effort', 'low', 'low'],
  ['stop', 'END\n\n\\n\\n', ['END', '\n\n']],
  ['stop', ' ', [' ']],
  ['stop', 'a\\tb\\\\n\\d', ['a\tb\\n\\d']],
  ['logit_bias', '15043 -100\n7=5\n8: 0.5', { 15043: -100, 7: 5, 8: 0.5 }],
])('%s: %j is %j', (name, text, value) => {
  expect(read(name, text)).toEqual({ is: 'value', value })
})

it.each([
  ['temperature', 'warm', 'number'],
  ['temperature', 'Infinity', 'number'],
  ['temperature', '-1', 'range'],
  ['top_p', '1.1', 'range'],
  ['top_k', '4.5', 'whole'],
  ['logit_bias', 'hello 5', 'bias'],
  ['logit_bias', '5 101', 'bias'],
  ['stop', 'x\n'.repeat(65), 'many'],
])('%s: %j is wrong', (name, text, why) => {
  expect(read(name, text)).toEqual({ is: 'wrong', why })
})

it('nothing is the default', () => {
  for (const parameter of parameters) expect(readParameter(parameter, '')).toEqual({ is: 'default' })
})

it('what is written is read again as it was', () => {
  const stops = fc.array(fc.string({ minLength: 1, unit: fc.constantFrom('a', '\n', '\r', '\\', 'n', ' ', 'ਅ') }), {
    minLength: 1,
    maxLength: 64,
  })
  fc.assert(
    fc.property(stops, (value) => {
      expect(read('stop', parameterText(find('stop'), value))).toEqual({ is: 'value', value })
    }),
  )
  const bias = fc.dictionary(
    fc.nat(999_999).map(String),
    fc.integer({ min: -100, max: 100 }).map((n) => n + 0),
    { minKeys: 1 },
  )
  fc.assert(
    fc.property(bias, (value) => {
      expect(read('logit_bias', parameterText(find('logit_bias'), value))).toEqual({ is: 'value', value: { ...value } })
    }),
  )
  for (const parameter of parameters.filter(({ kind }) => kind === 'number')) {
    fc.assert(
      fc.property(
        fc.double({ min: parameter.min!, max: parameter.max!, noNaN: true }).map((n) => n + 0),
        (value) => {
          expect(readParameter(parameter, parameterText(parameter, value))).toEqual({ is: 'value', value })
        },
      ),
    )
  }
})

it('leaves out what would say nothing', () => {
  expect(effective({ xtc_threshold: 0.2, temperature: 1 })).toEqual({ temperature: 1 })
  expect(effective({ mirostat: 2, mirostat_tau: 4, dry_base: 2, dry_multiplier: 0 })).toEqual({
    mirostat: 2,
    mirostat_tau: 4,
    dry_multiplier: 0,
  })
})
