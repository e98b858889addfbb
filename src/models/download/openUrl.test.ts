import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FaultyServer, startFaultyServer } from '../../../test/support/faultyServer.ts'
import { failure } from '../testing/failure.ts'
import { createNet, type Fetch, type Net } from './net.ts'
import { openUrl } from './openUrl.ts'

const content = Buffer.from('content')
let server: FaultyServer
let other: FaultyServer
let net: Net
beforeEach(async () => {
  server = await startFaultyServer()
  other = await startFaultyServer()
  net = await createNet()
})
afterEach(async () => {
  await server.close()
  await other.close()
})

const open = async (url: string, headers: Record<string, string> = {}, via: Net = net) =>
  await openUrl({ kind: 'http', url, label: 'the file', headers }, { timeoutMs: 2000 }, via)

/** Redirects each address as the table says, and answers 200 where it says nothing. */
const redirecting = (table: Record<string, string>): Fetch =>
  (async (url: string) => {
    const location = table[url]
    return location === undefined ? new Response('ok') : new Response(null, { status: 302, headers: { location } })
  }) as Fetch
const addresses: Record<string, string> = {
  'outside.example': '1.1.1.1',
  'inside.example': '10.0.0.7',
  'rebound.example': '::ffff:127.0.0.1',
}
const netOf = async (table: Record<string, string>): Promise<Net> =>
  await createNet({ fetch: redirecting(table), lookup: async (host) => [addresses[host] ?? '1.1.1.1'] })

test('credentials stay with their own host over redirects', async () => {
  const url = server.offer('/m', content, { kind: 'redirect', to: '/n' })
  server.offer('/n', content, {
    kind: 'redirect',
    to: other.offer('/o', content, { kind: 'redirect', to: `${server.url}/m` }),
  })
  const { response } = await open(url, { Authorization: 'Bearer secret', 'x-kept': 'yes' })
  expect(await response.text()).toBe('content')
  const seen = [...server.requests, ...other.requests].map((r) => [
    r.path,
    r.headers.authorization,
    r.headers['x-kept'],
  ])
  // Back at the first host, they are gone as well: whoever redirected might have chosen the path.
  expect(seen).toEqual([
    ['/m', 'Bearer secret', 'yes'],
    ['/n', 'Bearer secret', 'yes'],
    ['/m', undefined, 'yes'],
    ['/o', undefined, 'yes'],
  ])
})

test('a public host cannot lead into a private network, by name or by address', async () => {
  for (const to of [
    'https://inside.example/m',
    'https://rebound.example/m',
    'https://192.168.0.1/m',
    'https://[::1]/m',
    'https://localhost/m',
    'https://169.254.169.254/m',
  ]) {
    const error = await failure(open('https://outside.example/m', {}, await netOf({ 'https://outside.example/m': to })))
    expect([to, error.code]).toEqual([to, 'forbidden'])
  }
})

test('a host that is inside itself may lead on inside; and one outside to another outside', async () => {
  for (const [from, to] of [
    ['https://inside.example/m', 'https://192.168.0.1/m'],
    ['https://outside.example/m', 'https://elsewhere.example/m'],
  ] as const) {
    expect((await open(from, {}, await netOf({ [from]: to }))).response.status).toBe(200)
  }
})

test('never from https to http, nor to another protocol', async () => {
  for (const to of ['http://elsewhere.example/m', 'ftp://elsewhere.example/m', 'file:///etc/passwd', 'data:,x']) {
    const error = await failure(open('https://outside.example/m', {}, await netOf({ 'https://outside.example/m': to })))
    expect([to, error.code]).toEqual([to, 'forbidden'])
  }
})

test('no credentials over plain http, except on this machine', async () => {
  const error = await failure(open('http://outside.example/m', { authorization: 'Bearer secret' }, await netOf({})))
  expect(error.code).toBe('forbidden')
  expect(JSON.stringify(error)).not.toContain('secret')
  expect((await open(server.offer('/m', content), { authorization: 'Bearer secret' })).response.status).toBe(200)
})
