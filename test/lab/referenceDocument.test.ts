import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, it } from 'vitest'
import { buildCopy, buildPath } from '../../lab/src/pages/reference/buildRequest.ts'
import { commandNames, commandOf } from '../../lab/src/pages/reference/commands.ts'
import { describeSchema, fieldsOf } from '../../lab/src/pages/reference/describeSchema.ts'
import { exampleBody } from '../../lab/src/pages/reference/examples.ts'
import { type OpenApiDocument, readOperations } from '../../lab/src/pages/reference/operations.ts'
import { createProgram } from '../../src/cli/program.ts'
import { allRoutes } from '../../src/server/allRoutes.ts'
import { createOpenApi } from '../../src/server/openApi.ts'

// What the reference page makes of the document that the server really has.

const document = createOpenApi(allRoutes, '0.0.0') as OpenApiDocument
const operations = readOperations(document)

it('shows every operation', () => {
  const paths = Object.values(document.paths).flatMap((methods) => Object.keys(methods))
  expect(operations.length).toBe(paths.length)
  expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length)
})

it.each(operations.filter(({ body }) => body !== undefined).map((each) => [each.id, each] as const))(
  '%s: the example is what its schema asks for',
  (_id, operation) => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    const schema = { ...operation.body, components: document.components }
    const example = exampleBody(operation, document, 'test')
    expect(ajv.validate(schema, example), `${JSON.stringify(example)}: ${ajv.errorsText()}`).toBe(true)
  },
)

it('describes every schema to its bottom, wherever it leads', () => {
  let fields = 0
  const look = (schema: Readonly<Record<string, unknown>>, depth: number): void => {
    if (depth > 12) return
    const { inside, type } = describeSchema(schema, document)
    expect(type).not.toBe('')
    for (const field of fieldsOf(schema, document)) {
      fields++
      look(field.schema, depth + 1)
    }
    if (fieldsOf(schema, document).length === 0) for (const part of inside) look(part.schema, depth + 1)
  }
  for (const { body, responses } of operations) {
    if (body !== undefined) look(body, 0)
    for (const { schema } of responses) if (schema !== undefined) look(schema, 0)
  }
  expect(fields).toBeGreaterThan(500)
})

it('fills addresses in, whatever is put into them', () => {
  const operation = operations.find(({ id }) => id === 'getSanjhaV1ModelsName')!
  expect(buildPath(operation, { name: 'hf://a/b c.gguf?x' })).toBe('/sanjha/v1/models/hf%3A%2F%2Fa%2Fb%20c.gguf%3Fx')
  const runs = operations.find(({ id }) => id === 'getSanjhaV1Runs')!
  expect(buildPath(runs, { state: 'failed', kind: '', limit: '5&x' })).toBe('/sanjha/v1/runs?state=failed&limit=5%26x')
})

it('makes a chat of a chat, and a request of everything else', () => {
  const target = { server: 'http://localhost:1', needsKey: false }
  const find = (id: string) => operations.find((each) => each.id === id)!
  const chat = find('postV1ChatCompletions')
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], seed: 1 })
  expect(buildCopy(chat, { parameters: {}, body }, target)).toMatchObject({ kind: 'chat', parameters: { seed: 1 } })
  expect(buildCopy(chat, { parameters: {}, body: '{"messages":[]}' }, target)).toMatchObject({ kind: 'request' })
  expect(buildCopy(chat, { parameters: {}, body: '{' }, target)).toBeUndefined()
  const show = find('getSanjhaV1ModelsName')
  expect(buildCopy(show, { parameters: { name: 'm' }, body: '' }, target)).toMatchObject({
    command: ['show', 'm', '--json'],
  })
})

it('knows commands and flags that the command line has, for operations that the server has', () => {
  interface CommandLike {
    name(): string
    readonly commands: readonly CommandLike[]
    readonly options: readonly { readonly long?: string }[]
  }
  const program = createProgram(async () => undefined) as unknown as CommandLike
  const anything = new Proxy({}, { get: () => 'x', has: () => true, getOwnPropertyDescriptor: () => undefined })
  const unknown = commandNames.filter((id) => !operations.some((operation) => operation.id === id))
  expect(unknown).toEqual([])
  for (const id of commandNames) {
    const words = commandOf(id, { parameters: anything, body: undefined })!
    let command = program
    let rest = words
    for (;;) {
      const next = command.commands.find((each) => each.name() === rest[0])
      if (next === undefined) break
      command = next
      rest = rest.slice(1)
    }
    const flags = rest.filter((word) => word.startsWith('--'))
    for (const flag of flags)
      expect(
        command.options.map(({ long }) => long),
        `${id}: ${words.join(' ')}`,
      ).toContain(flag)
    if (flags.length === 0) expect(command, `${id}: ${words.join(' ')}`).not.toBe(program)
  }
})
