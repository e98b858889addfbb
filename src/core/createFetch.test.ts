import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createFetch } from './createFetch.ts'
import { assertPublicAddress, isPublicAddress } from './publicAddress.ts'
import { version } from './version.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})
async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(handle)
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const echo = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const body = (await Array.fromAsync(request)).join('')
  response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }))
}

describe('createFetch', () => {
  it('sends and receives like fetch, and says who asks', async () => {
    const url = await serve(echo)
    const response = await createFetch()(`${url}/a?b=c`, { method: 'POST', body: 'ਸਾਂਝਾ', headers: { 'X-Mine': '1' } })
    expect([response.ok, response.status, response.url, response.redirected]).toEqual([
      true,
      200,
      `${url}/a?b=c`,
      false,
    ])
    expect(await response.json()).toMatchObject({
      method: 'POST',
      url: '/a?b=c',
      body: 'ਸਾਂਝਾ',
      headers: {
        'user-agent': `sanjha/${version}`,
        'x-mine': '1',
        'content-type': expect.stringContaining('text/plain'),
      },
    })
    const own = await createFetch()(url, { headers: { 'User-Agent': 'mine' } })
    expect(((await own.json()) as { headers: object }).headers).toMatchObject({ 'user-agent': 'mine' })
  })

  it('gives answers as they come', async () => {
    let more: () => void = () => undefined
    const url = await serve((_, response) => {
      response.write('first')
      more = () => response.end('second')
    })
    const chunks: string[] = []
    for await (const chunk of (await createFetch()(url)).body as ReadableStream<Uint8Array>) {
      chunks.push(Buffer.from(chunk).toString())
      more()
    }
    expect(chunks).toEqual(['first', 'second'])
  })

  it('gives bodies of any size whole, read slowly or fast', async () => {
    const big = Buffer.alloc(5_000_000, 'abcdefghij')
    const url = await serve((_, response) => void response.end(big))
    expect(Buffer.from(await (await createFetch()(url)).arrayBuffer()).equals(big)).toBe(true)
    let length = 0
    for await (const chunk of (await createFetch()(url)).body as ReadableStream<Uint8Array>) {
      length += chunk.byteLength
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(length).toBe(big.byteLength)
  })

  it('unpacks, and takes a cut body for an error', async () => {
    const packed = gzipSync('hello '.repeat(10_000))
    const url = await serve((request, response) => {
      if (request.url === '/cut') {
        response.writeHead(200, { 'content-length': '100' }).write('only this')
        setTimeout(() => response.destroy(), 20)
      } else {
        response.setHeader('content-encoding', 'gzip')
        response.end(request.url === '/half' ? packed.subarray(0, packed.length / 2) : packed)
      }
    })
    expect(await (await createFetch()(url)).text()).toHaveLength(60_000)
    await expect(createFetch()(`${url}/half`).then((r) => r.text())).rejects.toThrow()
    await expect(createFetch()(`${url}/cut`).then((r) => r.text())).rejects.toMatchObject({
      code: 'network_unreachable',
    })
  })

  it('follows redirects, and gives credentials to no other origin', async () => {
    const other = await serve(echo)
    const url = await serve((request, response) => {
      if (request.url === '/here') return void echo(request, response)
      if (request.url === '/loop') return void response.writeHead(302, { location: '/loop' }).end()
      response
        .writeHead(request.url === '/307' ? 307 : 302, { location: request.url === '/same' ? '/here' : other })
        .end()
    })
    const options = { method: 'POST', body: 'x', headers: { Authorization: 'Bearer secret' } }
    const got = async (path: string) =>
      (await (await createFetch()(`${url}${path}`, options)).json()) as Record<string, unknown>
    expect(await got('/same')).toMatchObject({ method: 'GET', body: '', headers: { authorization: 'Bearer secret' } })
    expect(await got('/other')).not.toHaveProperty('headers.authorization')
    expect(await got('/307')).toMatchObject({ method: 'POST', body: 'x' })
    expect((await createFetch()(`${url}/x`, { redirect: 'manual' })).status).toBe(302)
    await expect(createFetch()(`${url}/loop`)).rejects.toMatchObject({ code: 'upstream_error' })
    await expect(createFetch()(`${url}/x`, { redirect: 'error' })).rejects.toThrow()
  })

  it('stops when aborted, before and while the answer comes', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/body') response.write('x')
    })
    const abort = new AbortController()
    const waiting = createFetch()(url, { signal: abort.signal })
    const response = await createFetch()(`${url}/body`, { signal: abort.signal })
    const reading = response.text()
    const reason = new Error('enough')
    abort.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    await expect(reading).rejects.toThrow()
    await expect(createFetch()(url, { signal: abort.signal })).rejects.toBe(reason)
  })

  it('says in words what is wrong', async () => {
    const tcp = createTcpServer().listen(0, '127.0.0.1')
    await once(tcp, 'listening')
    const { port } = tcp.address() as AddressInfo
    tcp.close()
    await expect(createFetch()(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'network_unreachable',
      message: `127.0.0.1:${port} refused the connection.`,
    })
    await expect(createFetch()('ftp://example.org')).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('asks again when a kept connection turns out to be closed', async () => {
    const used = new WeakSet<object>()
    const url = await serve((request, response) => {
      if (used.has(request.socket)) return void request.socket.destroy()
      used.add(request.socket)
      void echo(request, response)
    })
    const fetch = createFetch()
    for (let i = 0; i < 5; i++) {
      const response = await fetch(url, { method: 'POST', body: String(i) })
      expect(await response.json()).toMatchObject({ body: String(i) })
    }
  })

  it('goes through the proxy of its environment, except where NO_PROXY says otherwise', async () => {
    const seen: string[] = []
    const proxy = await serve((request, response) => {
      seen.push(request.url ?? '')
      response.end('from the proxy')
    })
    const url = await serve((_, response) => void response.end('direct'))
    const env = { HTTP_PROXY: proxy, NO_PROXY: '127.0.0.1' }
    expect(await (await createFetch({ env })('http://model.example/x')).text()).toBe('from the proxy')
    expect(await (await createFetch({ env })(url)).text()).toBe('direct')
    expect(seen).toEqual(['http://model.example/x'])
  })

  it('refuses what leaves the machine when offline', async () => {
    const url = await serve((_, response) => void response.end('here'))
    const fetch = createFetch({ offline: true })
    expect(await (await fetch(url)).text()).toBe('here')
    await expect(fetch('http://192.0.2.1/')).rejects.toThrow(/network\.offline/)
  })

  it('lets the process end, though connections are kept', async () => {
    const url = await serve(echo)
    const code = `const { createFetch } = await import(${JSON.stringify(new URL('createFetch.ts', import.meta.url).href)});
      await (await createFetch()('${url}')).text(); console.log('done')`
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})

describe('public addresses', () => {
  it.each(['1.1.1.1', '8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8', '172.32.0.1', '100.128.0.1'])('%s is one', (a) =>
    expect(isPublicAddress(a)).toBe(true),
  )
  it.each([
    ...['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '0.0.0.0', '100.64.0.1', '224.0.0.1'],
    ...['255.255.255.255', '::', '::1', '::ffff:127.0.0.1', '::ffff:a9fe:a9fe', 'fe80::1', 'fd00:ec2::254', 'ff02::1'],
    ...['64:ff9b::7f00:1', '2002:7f00:1::', '::7f00:1', 'example.org', '', '1.1.1', '198.18.0.1', '172.31.255.255'],
    ...['::ffff:10.0.0.1', '64:ff9b::a00:1', 'fc00::1', '3fff::1', '4000::1', '2001:db8::1'],
  ])('%s is none', (a) => expect(isPublicAddress(a)).toBe(false))
  it('a whole private network is not', () => {
    fc.assert(fc.property(fc.nat(255), fc.nat(255), fc.nat(255), (a, b, c) => !isPublicAddress(`10.${a}.${b}.${c}`)))
  })

  const names: Record<string, string[]> = { 'out.example': ['1.1.1.1'], 'in.example': ['1.1.1.1', '10.0.0.1'] }
  const lookup = async (host: string): Promise<string[]> => names[host] ?? Promise.reject(new Error('no such name'))
  it('are asked of every address of a name, and of numbers in every disguise', async () => {
    await assertPublicAddress(new URL('https://out.example/x'), lookup)
    await assertPublicAddress(new URL('https://1.1.1.1'), lookup)
    for (const url of [
      'https://in.example',
      'http://127.1',
      'http://0x7f000001',
      'http://2130706433',
      'http://[::1]/',
    ]) {
      await expect(assertPublicAddress(new URL(url), lookup), url).rejects.toMatchObject({ code: 'forbidden' })
    }
    await expect(assertPublicAddress(new URL('https://no.example'), lookup)).rejects.toMatchObject({
      code: 'network_unreachable',
    })
    await expect(assertPublicAddress(new URL('file:///etc/passwd'), lookup)).rejects.toMatchObject({
      code: 'forbidden',
    })
  })

  it('are the only ones fetched with publicOnly, also after a redirect and when a name changes', async () => {
    const url = await serve((_, response) => void response.end('inside'))
    await expect(createFetch({ publicOnly: true })(url)).rejects.toMatchObject({ code: 'forbidden' })
    // What the first look says is public and what the connection finds is not: a name that changes in between.
    await expect(createFetch({ publicOnly: true })(url.replace('127.0.0.1', 'localhost'))).rejects.toMatchObject({
      code: 'forbidden',
    })
    const proxy = await serve((_, response) => void response.writeHead(302, { location: url }).end())
    const fetch = createFetch({ publicOnly: true, env: { HTTP_PROXY: proxy }, lookup })
    await expect(fetch('http://out.example/')).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('are looked at again while connecting, also where NO_PROXY leads past the proxy', async () => {
    const url = (await serve((_, response) => void response.end('inside'))).replace('127.0.0.1', 'localhost')
    // Public when it is first asked for; the system then says otherwise.
    const changing = { publicOnly: true, lookup: async () => ['1.1.1.1'] }
    const proxy = await serve((_, response) => void response.end('from the proxy'))
    for (const env of [{}, { HTTP_PROXY: proxy, NO_PROXY: 'localhost' }, { http_proxy: proxy, no_proxy: '*' }]) {
      await expect(createFetch({ ...changing, env })(url), JSON.stringify(env)).rejects.toMatchObject({
        code: 'forbidden',
      })
    }
    // The proxy's own name may lead to a private address.
    const env = { HTTP_PROXY: proxy.replace('127.0.0.1', 'localhost') }
    expect(await (await createFetch({ ...changing, env })('http://out.example/')).text()).toBe('from the proxy')
  })
})
