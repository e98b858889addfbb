import { createServer } from 'node:http'
import { type AddressInfo, connect, type Server } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { startFaultyServer } from '../../../test/support/faultyServer.ts'
import { createFetch } from './createFetch.ts'

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return (server.address() as AddressInfo).port
}

test('a body without a length that ends while nobody reads does not end the process', async () => {
  const server = await startFaultyServer()
  closers.push(server.close)
  const fetch = await createFetch({})
  const response = await fetch(server.offer('/m', new Uint8Array(300_000), { kind: 'until-close' }))
  await delay(50)
  expect((await response.arrayBuffer()).byteLength).toBe(300_000)
})

test('a cut body is an error, also when it is compressed', async () => {
  const server = await startFaultyServer()
  closers.push(server.close)
  const fetch = await createFetch({})
  for (const fault of [{ kind: 'cut', after: 1000 } as const, { kind: 'chunked', cutAfter: 1000 } as const]) {
    const response = await fetch(server.offer('/m', new Uint8Array(300_000), fault))
    await expect(response.arrayBuffer()).rejects.toThrow()
  }
})

test('an abort ends a transfer that has begun', async () => {
  const server = await startFaultyServer()
  closers.push(server.close)
  const fetch = await createFetch({})
  const controller = new AbortController()
  const response = await fetch(server.offer('/m', new Uint8Array(300_000), { kind: 'stall', after: 10 }), {
    signal: controller.signal,
  })
  const reading = response.arrayBuffer()
  controller.abort()
  await expect(reading).rejects.toThrow()
})

test('https goes through the proxy that is named, http past what NO_PROXY names', async () => {
  const asked: string[] = []
  const proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.end('from the proxy')
  })
  proxy.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`)
    const [, port] = (request.url ?? '').split(':')
    // The other end speaks no TLS: it is enough to see that the tunnel was asked for.
    const upstream = connect(Number(port), '127.0.0.1', () => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'))
    upstream.on('error', () => socket.destroy())
    upstream.end()
  })
  const port = await listen(proxy)
  const via = `http://127.0.0.1:${port}`

  const fetch = await createFetch({ HTTPS_PROXY: via, HTTP_PROXY: via, NO_PROXY: '127.0.0.1' })
  await expect(fetch(`https://localhost:${port}/x`)).rejects.toThrow()
  expect(await (await fetch('http://somewhere.invalid/x')).text()).toBe('from the proxy')
  expect(asked).toEqual([`CONNECT localhost:${port}`, 'GET http://somewhere.invalid/x'])
  const direct = await fetch(`http://127.0.0.1:${port}/y`)
  expect(await direct.text()).toBe('from the proxy')
  expect(asked.at(-1)).toBe('GET /y')
})

test('a connection’s own proxy goes before the environment’s', async () => {
  const asked: string[] = []
  const proxy = createServer((request, response) => {
    asked.push(String(request.url))
    response.end('ok')
  })
  const via = `http://127.0.0.1:${await listen(proxy)}`
  const fetch = await createFetch({ HTTP_PROXY: 'http://127.0.0.1:1' }, { proxy: via })
  await (await fetch('http://somewhere.invalid/x')).text()
  expect(asked).toEqual(['http://somewhere.invalid/x'])
})

test('a certificate file that is not there is said by its name', async () => {
  await expect(createFetch({}, { caFiles: ['no-such.pem'] })).rejects.toMatchObject({ code: 'invalid_config' })
})
