import { afterAll, beforeAll, expect, it } from 'vitest'
import { testModelPath } from '../../../../../test/support/testModel.ts'
import type { Engine, Part } from '../../../contract.ts'
import { codeOf, collect, textOfParts } from '../../../testing/requests.ts'
import { createNativeEngine } from '../index.ts'

let engine: Engine

beforeAll(async () => {
  engine = await createNativeEngine({ modelPath: await testModelPath(), contextLength: 256, threads: 1 })
})
afterAll(() => engine.close())

const constrained = (grammar: string): Promise<Part[]> =>
  collect(engine, {
    input: { type: 'completion', prompt: 'Say yes:' },
    format: { type: 'grammar', grammar },
    sampling: { temperature: 0 },
    maxTokens: 8,
  })
const nested = (depth: number): string => `root ::= ${'('.repeat(depth)}"yes"${')'.repeat(depth)}`

it('groups inside each other are read as deep as anybody writes them', async () => {
  expect(textOfParts(await constrained(nested(100)))).toBe('yes')
})

it('parentheses in texts, classes and comments are no groups', async () => {
  const open = '('.repeat(10_000)
  expect(textOfParts(await constrained(`root ::= "yes" # ${open}\nother ::= "\\"${open}" | [\\]${open}]`))).toBe('yes')
})

it('more of them than llama.cpp can read are refused, instead of ending the engine', async () => {
  expect(await codeOf(constrained(nested(200_000)))).toBe('invalid_request')
})

it('one that leads nowhere fails the request, instead of ending the engine', async () => {
  const nothing = '[^\\x01-\\U0010FFFF]'
  expect(await codeOf(constrained(`root ::= "yes" ${nothing}`))).toBe('invalid_request')
  expect(textOfParts(await constrained('root ::= "yes"'))).toBe('yes')
})

it('an answer that is to go on past its end goes on as far as the grammar allows, and then stops', async () => {
  const goingOn = (grammar: string, temperature: number): Promise<Part[]> =>
    collect(engine, {
      input: { type: 'completion', prompt: 'Say yes:' },
      format: { type: 'grammar', grammar },
      ignoreEnd: true,
      sampling: { temperature, seed: 1 },
      maxTokens: 12,
    })
  for (const temperature of [0, 1]) {
    const whole = await goingOn('root ::= "yes"', temperature)
    expect([textOfParts(whole), whole.at(-1)]).toMatchObject(['yes', { type: 'finish', reason: 'stop' }])
    const open = await goingOn('root ::= "yes" ("!" | "?")*', temperature)
    expect(textOfParts(open)).toMatch(/^yes[!?]+$/)
    expect(open.at(-1)).toMatchObject({ type: 'finish', reason: 'length' })
  }
})
