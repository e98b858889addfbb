import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { asCli } from '../../lab/src/parts/copyAs/asCli.ts'
import { asCurl } from '../../lab/src/parts/copyAs/asCurl.ts'
import { asPython } from '../../lab/src/parts/copyAs/asPython.ts'
import { asTypeScript } from '../../lab/src/parts/copyAs/asTypeScript.ts'
import { type ChatToCopy, chatBody, type RequestToCopy } from '../../lab/src/parts/copyAs/contract.ts'
import { hashApiKey } from '../../src/core/index.ts'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'
import { run } from '../support/run.ts'
import { TestHome } from '../support/sanjha.ts'

// What the page offers to copy is run here as a person would run it, against a server that asks for a key.

const root = join(import.meta.dirname, '..', '..')
const key = 'a-key-that-must-never-be-copied'
const env = { ...process.env, SANJHA_API_KEY: key, OPENAI_API_KEY: undefined }

let server: TestServer
let url: string
let folder: string
beforeAll(async () => {
  server = testServer({ settings: { apiKeys: [hashApiKey(key)] } })
  url = (await server.server.listen({ port: 0 })).url
  // Within the checkout, where a program finds the `openai` that it asks for.
  mkdirSync(join(root, '.cache'), { recursive: true })
  folder = mkdtempSync(join(root, '.cache', 'copy-as-'))
})
afterAll(async () => {
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(() => {
  server.engine.requests.length = 0
})

const chat = (): ChatToCopy => ({
  kind: 'chat',
  server: url,
  needsKey: true,
  model: 'test',
  system: `It's "quoted" \\ with $HOME, \`date\` and ਪੰਜਾਬੀ`,
  messages: [{ role: 'user', content: 'What’s 1 + 1?\n-- or \'two\' "three" $(echo four) \u001b[31m!' }],
  parameters: { temperature: 0.25, seed: 7, max_tokens: 40, top_k: 5, min_p: 0.1 },
  schema: {
    type: 'object',
    properties: { "it's": { type: 'string' } },
    required: ["it's"],
    additionalProperties: false,
  },
})

/** The engine was asked exactly what the page would have asked. */
function expectAsked(asked: ChatToCopy = chat()): void {
  expect(server.engine.requests.length).toBe(1)
  const [{ input, sampling, maxTokens, format } = {}] = server.engine.requests
  const content = (role: string): unknown =>
    (input as unknown as { messages: { role: string; content: { text: string }[] }[] }).messages
      .filter((message) => message.role === role)
      .map((message) => message.content.map(({ text }) => text).join(''))
  expect(content('system')).toEqual([asked.system])
  expect(content('user')).toEqual(asked.messages.map((message) => message.content))
  expect(sampling).toMatchObject({ temperature: 0.25, seed: 7, topK: 5, minP: 0.1 })
  expect(maxTokens).toBe(40)
  expect(format).toMatchObject({ type: 'json-schema', schema: asked.schema })
}

function file(name: string, code: string): string {
  const path = join(folder, name)
  writeFileSync(path, code)
  return path
}

describe('a chat', () => {
  it('as curl gives an answer', async () => {
    const { code } = asCurl(chat())
    const { stdout, code: status } = await run('sh', [], { input: code, env })
    expect(status).toBe(0)
    expect(JSON.parse(stdout).choices[0].message.content).not.toBe('')
    expectAsked()
  })

  it('as TypeScript gives an answer, and its types are right', async () => {
    const path = file('chat.mts', asTypeScript(chat()).code)
    const ran = await run(process.execPath, [path], { env })
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(ran.stdout.trim()).not.toBe('')
    expectAsked()
    const config = file(
      'tsconfig.json',
      JSON.stringify({
        extends: '../../tsconfig.json',
        compilerOptions: { noEmit: true, isolatedDeclarations: false, declaration: false, skipLibCheck: true },
        include: ['*.mts'],
      }),
    )
    const checked = await run(process.execPath, [join(root, 'node_modules/ts7/bin/tsc'), '-p', config])
    expect(checked).toMatchObject({ code: 0, stdout: '' })
  })

  it('as Python can be compiled, and gives an answer where `openai` is installed', async () => {
    const path = file('chat.py', asPython(chat()).code)
    const python = process.env['SANJHA_TEST_PYTHON'] ?? 'python3'
    expect(spawnSync(python, ['-m', 'py_compile', path])).toMatchObject({ status: 0 })
    if (spawnSync(python, ['-c', 'import openai']).status !== 0) {
      console.warn(`Python: compiled, not run. ${python} has no \`openai\`; name one that has in SANJHA_TEST_PYTHON.`)
      return
    }
    const ran = await run(python, [path], { env })
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(ran.stdout.trim()).not.toBe('')
    expectAsked()
  })

  it('as command line gives an answer', async () => {
    // The command knows its own models and remote ones: this server is one of those.
    await using home = new TestHome({
      SANJHA_REMOTES: JSON.stringify([{ name: 'far', baseUrl: `${url}/v1`, apiKeyEnv: 'FAR_KEY' }]),
      FAR_KEY: key,
    })
    const { code, leftOut } = asCli(
      { ...chat(), model: 'far/test' },
      `${process.execPath} ${join(root, 'bin', 'sanjha.js')}`,
    )
    expect(leftOut).toEqual([])
    const ran = await run('sh', ['-c', code], { env: home.env, cwd: home.path })
    expect(ran.code, ran.stderr).toBe(0)
    expect(ran.stdout.trim()).not.toBe('')
    expectAsked()
    const failed = await run('sh', ['-c', code.replace('far/test', 'far/none')], { env: home.env, cwd: home.path })
    expect(failed.code, failed.stderr).toBe(1)
  })

  it('never has the key in it', () => {
    for (const as of [asCurl, asTypeScript, asPython, asCli]) expect(as(chat()).code).not.toContain(key)
    for (const as of [asCurl, asTypeScript, asPython]) expect(as(chat()).code).toContain('SANJHA_API_KEY')
    for (const as of [asCurl, asTypeScript, asPython, asCli]) {
      expect(as({ ...chat(), needsKey: false }).code).not.toContain('API_KEY')
    }
  })
})

describe('any request', () => {
  /** What came over the wire. */
  const came: { method: string; url: string; body: string; authorization: string | undefined }[] = []
  let echo: Server
  let echoUrl: string
  beforeAll(async () => {
    echo = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk) => chunks.push(chunk))
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request
        came.push({ method, url: path, body: Buffer.concat(chunks).toString(), authorization: headers.authorization })
        response.end('received\n')
      })
    })
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
    echoUrl = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`
  })
  afterAll(() => {
    echo?.closeAllConnections()
    echo?.close()
  })

  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom("'", '"', '\\', '\n', '$', '{', '[', '%', 'ਅ') }),
  )
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE'),
    name: text.filter((name) => name.isWellFormed()),
    body: fc.option(fc.dictionary(text, fc.jsonValue({ maxDepth: 2 })), { nil: undefined }),
    streams: fc.boolean(),
  })
  const made = (value: { method: string; name: string; body: unknown; streams: boolean }): RequestToCopy => ({
    kind: 'request',
    server: echoUrl,
    needsKey: true,
    method: value.method,
    path: `/a/${encodeURIComponent(value.name)}?q=[${encodeURIComponent(value.name)}]`,
    streams: value.streams,
    ...(value.body !== undefined && value.method !== 'GET' && { body: value.body }),
  })
  const expectCame = (sent: RequestToCopy): void => {
    expect(came.length).toBe(1)
    const [got] = came
    expect(got).toMatchObject({ method: sent.method, authorization: `Bearer ${key}` })
    // Some clients encode a sign more than others; what is meant is the same.
    expect(decodeURIComponent(got!.url)).toBe(decodeURIComponent(sent.path))
    // As text: it also tells apart what a comparison of values overlooks, such as a property named `__proto__`.
    expect(got!.body === '' ? undefined : JSON.stringify(JSON.parse(got!.body))).toBe(
      sent.body === undefined ? undefined : JSON.stringify(sent.body),
    )
  }
  const property = (
    numRuns: number,
    send: (sent: RequestToCopy) => Promise<{ code: number | null; stdout: string; stderr: string }>,
  ) =>
    fc.assert(
      fc.asyncProperty(request, async (value) => {
        came.length = 0
        const sent = made(value)
        const ran = await send(sent)
        expect(ran.code, ran.stderr).toBe(0)
        expect(ran.stdout).toContain('received')
        expectCame(sent)
      }),
      { numRuns },
    )

  it('as curl arrives as it was', async () => {
    await property(60, (sent) => run('sh', [], { input: asCurl(sent).code, env }))
  })

  it('as curl arrives as it was when it is too long for a command’s line', async () => {
    came.length = 0
    const sent: RequestToCopy = made({
      method: 'POST',
      name: 'a',
      body: { long: "it's ".repeat(60_000) },
      streams: false,
    })
    expect((await run('sh', [], { input: asCurl(sent).code, env })).code).toBe(0)
    expectCame(sent)
  })

  it('as TypeScript arrives as it was', async () => {
    await property(12, (sent) => run(process.execPath, [file('request.mts', asTypeScript(sent).code)], { env }))
  })

  it('as Python arrives as it was', async () => {
    await property(12, (sent) => run('python3', [file('request.py', asPython(sent).code)], { env }))
  })

  it('a chat’s body is what a chat’s snippets send', async () => {
    const path = '/v1/chat/completions'
    const sent: RequestToCopy = {
      kind: 'request',
      server: url,
      needsKey: true,
      method: 'POST',
      path,
      body: chatBody(chat()),
    }
    const ran = await run('python3', [file('chat-request.py', asPython(sent).code)], { env })
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(ran.stdout).toContain('"choices"')
    expectAsked()
  })
})
