import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import koffi from 'koffi'
import { describe, expect, it } from 'vitest'
import type { JsonSchema, Tool } from '../../contract.ts'
import { answerGrammar } from '../answerGrammar.ts'
import { arbitrarySchema } from '../testing/schemaInstances.ts'
import { generic, granite3, hermes } from '../tools/jsonTagFamily.ts'
import { llama } from '../tools/llamaFamily.ts'
import { mistral } from '../tools/mistralFamily.ts'
import { qwenCoder } from '../tools/qwenCoderFamily.ts'
import { choiceGrammar } from './choiceGrammar.ts'
import { anyJsonGrammar, jsonSchemaToGrammar } from './jsonSchemaToGrammar.ts'

/** llama.cpp's own parser of grammars, from the library that is shipped. */
function loadParser(): (grammar: string) => boolean {
  const platform = `${process.platform === 'darwin' ? 'mac' : process.platform === 'win32' ? 'win' : 'linux'}-${process.arch}`
  const folder = join(import.meta.dirname, '../../../../node_modules/@node-llama-cpp', platform)
  const bins = readdirSync(join(folder, 'bins'))[0]!
  const files = readdirSync(join(folder, 'bins', bins))
  const load = (name: RegExp): ReturnType<typeof koffi.load> =>
    koffi.load(join(folder, 'bins', bins, files.find((file) => name.test(file))!), {
      global: true,
      lazy: true,
    } as never)
  load(/ggml-base\.(so|dylib|dll)$/)
  load(/ggml(\.v[\d.]+)?\.(so|dylib|dll)$/)
  const library = load(/llama(\.v[\d.]+)?\.(so|dylib|dll)$/)
  const parse = library.func('void *llama_sampler_init_grammar(void *vocab, const char *grammar, const char *root)')
  const free = library.func('void llama_sampler_free(void *sampler)')
  return (grammar) => {
    const sampler: unknown = parse(null, grammar, 'root')
    if (sampler === null) return false
    free(sampler)
    return true
  }
}

const parses = loadParser()

const tools: Tool[] = [
  {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string' },
        unit: { type: 'string', enum: ['C', 'F'] },
        days: { type: 'integer', minimum: 1, maximum: 14 },
        tags: { type: 'array', items: { type: 'string' }, maxItems: 3 },
      },
      required: ['city'],
    },
  },
  { name: 'now' },
  { name: 'odd', parameters: { type: 'object', patternProperties: {} } },
]

describe('llama.cpp’s grammar parser', () => {
  it('refuses what is no grammar, so this test can fail', () => {
    expect(parses('root ::= "a')).toBe(false)
    expect(parses('root ::= nowhere')).toBe(false)
    expect(parses('root ::= root "a"')).toBe(false)
    expect(parses('root ::= "a"')).toBe(true)
  })

  it('takes every grammar made from a schema', () => {
    expect(parses(anyJsonGrammar)).toBe(true)
    fc.assert(
      fc.property(arbitrarySchema(4), (schema) => {
        const grammar = jsonSchemaToGrammar(schema)
        expect(parses(grammar), grammar).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('takes every grammar made from a choice of texts', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 9 }), (texts) => {
        const choices = texts.map((text) => text.replaceAll('\0', ''))
        expect(parses(choiceGrammar(choices)), JSON.stringify(choices)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it.each<[string, JsonSchema]>([
    ['long strings', { type: 'string', minLength: 1500, maxLength: 9999 }],
    ['long lists', { type: 'array', minItems: 3, maxItems: 4001 }],
    ['a thousand exactly', { type: 'string', minLength: 1000, maxLength: 2000 }],
    ['bounds', { type: 'number', minimum: -12.5, exclusiveMaximum: 1000000 }],
    ['bounds beyond 2^53', { type: 'integer', minimum: 0, maximum: 1e18 }],
    [
      'recursion',
      {
        $defs: { a: { type: 'array', items: { anyOf: [{ $ref: '#/$defs/a' }, { type: 'null' }] } } },
        $ref: '#/$defs/a',
      },
    ],
    ['a pattern', { type: 'string', pattern: '^[\\w\\-\\]\\[^]+(\\.[^"\\\\\\n]{1,3})*?\\t?$' }],
    ...['date', 'time', 'date-time', 'uuid', 'email', 'hostname', 'ipv4', 'ipv6', 'uri', 'duration'].map(
      (format): [string, JsonSchema] => [`the format ${format}`, { type: 'string', format }],
    ),
    [
      'odd names',
      { type: 'object', properties: { 'a "b"\n\\c]': {}, '': {}, é: {}, '-': {} }, additionalProperties: true },
    ],
  ])('takes %s', (_, schema) => {
    const grammar = jsonSchemaToGrammar(schema)
    expect(parses(grammar), grammar).toBe(true)
  })

  const templates = ['', '[ARGS]', '[ARGS][CALL_ID]']
  it.each([hermes, generic, granite3, llama, mistral, qwenCoder])('takes the calls of $name', (family) => {
    for (const template of templates) {
      for (const callRequired of [true, false]) {
        for (const single of [true, false]) {
          for (const format of [
            undefined,
            { type: 'json' },
            { type: 'grammar', grammar: 'root ::= item*\nitem ::= "x" [a-z]' },
          ] as const) {
            for (const reasoning of [undefined, { open: '<think>', close: '</think>', answerOpen: ['<response>'] }]) {
              const grammar = answerGrammar({
                format,
                tools,
                callRequired,
                single,
                family,
                template,
                reasoning,
                inside: reasoning !== undefined && single,
              })!
              expect(parses(grammar.gbnf), grammar.gbnf).toBe(true)
            }
          }
        }
      }
    }
  })
})
