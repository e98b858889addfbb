import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createMcpHandler, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'
import { afterEach, describe, expect, it } from 'vitest'
import { randomHex, SanjhaError } from '../core/index.ts'
import type { ToolServers } from './contract.ts'
import { createToolServers, type ToolServersOptions } from './createToolServers.ts'
import { makeMcpServer } from './testing/makeMcpServer.ts'

const { signal } = new AbortController()
const stdio = {
  name: 'local',
  command: process.execPath,
  args: [join(import.meta.dirname, 'testing', 'stdioServer.ts')],
  passEnv: [] as string[],
}
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

function made(options: Partial<ToolServersOptions>): ToolServers {
  const tools = createToolServers({ servers: [stdio], env: process.env, fetch, ...options })
  open.push(tools)
  return tools
}

/** One that keeps sessions, as many do. */
async function sessionServer(): Promise<{ url: string; restart: () => void }> {
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>()
  const url = await httpServer(async (request) => {
    const id = request.headers.get('mcp-session-id')
    const known = id === null ? undefined : sessions.get(id)
    if (known !== undefined) return await known.handleRequest(request)
    if (id !== null)
      return Response.json(
        { jsonrpc: '2.0', id: null, error: { code: -32001, message: 'Session not found' } },
        { status: 404 },
      )
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomHex(8),
      onsessioninitialized: (session) => void sessions.set(session, transport),
      enableJsonResponse: true,
    })
    await makeMcpServer().connect(transport)
    return await transport.handleRequest(request)
  })
  return { url, restart: () => sessions.clear() }
}

/** A real MCP server over HTTP that wants a token. */
async function tokenServer(token: string): Promise<string> {
  const handler = createMcpHandler(makeMcpServer)
  return await httpServer(async (request) =>
    request.headers.get('authorization') === `Bearer ${token}`
      ? await handler.fetch(request)
      : new Response('no', { status: 401 }),
  )
}

async function httpServer(handle: (request: Request) => Promise<Response>): Promise<string> {
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const headers = new Headers(incoming.headers as Record<string, string>)
    const { method = 'GET' } = incoming
    const body = method === 'POST' ? { body: Buffer.concat(chunks) } : {}
    const response = await handle(new Request(`http://127.0.0.1${incoming.url}`, { method, headers, ...body }))
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    for await (const chunk of response.body ?? []) outgoing.write(chunk)
    outgoing.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push({
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
}

async function failure(work: Promise<unknown>): Promise<SanjhaError> {
  const error = await work.then(
    () => undefined,
    (e: unknown) => e,
  )
  if (!SanjhaError.is(error)) throw new Error(`This is no SanjhaError: ${String(error)}`)
  return error
}

describe('a program', () => {
  it('is started when it is first asked, and tells its tools', async () => {
    const tools = made({})
    expect(tools.list()).toMatchObject([{ name: 'local', transport: 'stdio', state: 'idle', tools: null }])
    const offered = await tools.tools('local', signal)
    expect(offered.find(({ tool }) => tool === 'add')).toMatchObject({
      name: 'local__add',
      title: 'Add',
      description: 'Adds two numbers.',
      parameters: { type: 'object', required: ['a', 'b'] },
      claims: { readOnly: true, destructive: null },
    })
    expect(tools.list()[0]).toMatchObject({ state: 'ready' })
  })

  it('answers, fails in its own words, and is told what it cannot show', async () => {
    const tools = made({})
    expect(await tools.call('local__add', '{"a":2,"b":3}', signal)).toEqual({ text: '5', isError: false })
    expect(await tools.call('local__fail', '', signal)).toEqual({ text: 'No such file.', isError: true })
    expect((await tools.call('local__picture', '{}', signal)).text).toBe('(image, image/png, 3 B: not shown)')
  })

  it('gets no variable that it was not meant to have', async () => {
    const env = { ...process.env, SECRET_OF_OTHERS: 'a', MEANT_FOR_IT: 'b' }
    const tools = made({ servers: [{ ...stdio, passEnv: ['MEANT_FOR_IT'] }], env })
    const told = async (name: string): Promise<string> =>
      (await tools.call('local__environment', JSON.stringify({ name }), signal)).text
    expect(await told('MEANT_FOR_IT')).toBe('b')
    expect(await told('SECRET_OF_OTHERS')).toBe('not set')
    expect(await told('PATH')).not.toBe('not set')
  })

  it('that dies in a call fails that call, and the next one starts it anew', async () => {
    const tools = made({})
    const error = await failure(tools.call('local__end', '{}', signal))
    expect([error.code, error.retryable]).toEqual(['upstream_error', true])
    expect(await tools.call('local__add', '{"a":1,"b":1}', signal)).toEqual({ text: '2', isError: false })
  })

  it('that does not start says why, with what it wrote', async () => {
    const script = 'console.error("no licence file"); process.exit(1)'
    const tools = made({ servers: [{ ...stdio, args: ['-e', script] }] })
    const error = await failure(tools.tools('local', signal))
    expect(error.code).toBe('upstream_error')
    expect(error.details?.['stderr']).toContain('no licence file')
    expect(tools.list()[0]).toMatchObject({ state: 'failed', error: { code: 'upstream_error' } })
    expect(
      (await failure(made({ servers: [{ ...stdio, command: 'no-such-program' }] }).tools('local', signal))).hint,
    ).toContain('no-such-program')
  })

  it('that never answers is given up', async () => {
    const tools = made({ callTimeoutMs: 200 })
    await tools.tools('local', signal)
    expect((await failure(tools.call('local__sleep', '{}', signal))).code).toBe('timeout')
    const silent = made({ servers: [{ ...stdio, args: ['-e', 'setInterval(() => {}, 1000)'] }], connectTimeoutMs: 200 })
    expect((await failure(silent.tools('local', signal))).code).toBe('timeout')
  })

  it('a call that is cancelled ends at once', async () => {
    const tools = made({})
    await tools.tools('local', signal)
    const controller = new AbortController()
    const call = failure(tools.call('local__sleep', '{}', controller.signal))
    controller.abort(new SanjhaError('cancelled', 'Stopped.'))
    expect((await call).code).toBe('cancelled')
    expect((await tools.call('local__add', '{"a":1,"b":2}', signal)).text).toBe('3')
  })

  it('ends with Sanjha', async () => {
    const tools = made({})
    const { text } = await tools.call('local__environment', '{"name":"HOME"}', signal)
    expect(text).not.toBe('')
    await tools.close()
    expect((await failure(tools.call('local__add', '{"a":1,"b":2}', signal))).code).toBe('shutting_down')
  })
})

describe('an address', () => {
  it('gets its token and answers', async () => {
    const url = await tokenServer('s3cret')
    const tools = made({ servers: [{ name: 'far', url, tokenEnv: 'FAR_TOKEN' }], env: { FAR_TOKEN: 's3cret' } })
    expect(await tools.call('far__add', '{"a":2,"b":2}', signal)).toEqual({ text: '4', isError: false })
    expect(JSON.stringify(tools.list())).not.toContain('s3cret')
  })

  it('that refuses the token, or is not there, says which', async () => {
    const url = await tokenServer('s3cret')
    const refused = await failure(made({ servers: [{ name: 'far', url }] }).tools('far', signal))
    expect([refused.code, refused.hint]).toEqual(['upstream_error', expect.stringContaining('tokenEnv')])
    const gone = await failure(made({ servers: [{ name: 'far', url: 'http://127.0.0.1:1/mcp' }] }).tools('far', signal))
    expect(gone.code).toBe('network_unreachable')
    const unset = await failure(
      made({ servers: [{ name: 'far', url, tokenEnv: 'NOT_SET' }], env: {} }).tools('far', signal),
    )
    expect(unset.code).toBe('invalid_config')
  })
})

it('an address whose server was started again is reached anew, though it knows no older session', async () => {
  const { url, restart } = await sessionServer()
  const tools = made({ servers: [{ name: 'far', url }] })
  expect((await tools.call('far__add', '{"a":1,"b":1}', signal)).text).toBe('2')
  restart()
  expect((await failure(tools.call('far__add', '{"a":1,"b":2}', signal))).code).toBe('upstream_error')
  expect((await tools.call('far__add', '{"a":1,"b":3}', signal)).text).toBe('4')
})

it.each([
  ['nowhere__x', '{}', 'not_found'],
  ['x', '{}', 'not_found'],
  ['local__x', '{}', 'not_found'],
  ['local__add', '[1]', 'invalid_request'],
  ['local__add', '{', 'invalid_request'],
])('%s %s: %s', async (name, args, code) => {
  expect((await failure(made({}).call(name, args, signal))).code).toBe(code)
})
