import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer as createProxy } from 'node:http'
import { createServer, request, type Server } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSendRequest } from '../models/registry/sendRequest.ts'
import { createFetch } from './createFetch.ts'
import { SanjhaError } from './errors.ts'
import { networkAgents } from './networkAgents.ts'
import { makeCertificate } from './testing/makeCertificate.ts'

let folder: string
let file: string
let other: string
let server: Server
let url: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-certificates-'))
  const certificate = makeCertificate()
  file = join(folder, 'own.pem')
  other = join(folder, 'other.pem')
  await writeFile(file, certificate.cert)
  await writeFile(other, makeCertificate('Another').cert)
  server = createServer(certificate, (_, response) => response.end('hello')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `https://localhost:${(server.address() as AddressInfo).port}/`
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true, force: true })
})

/** Everything that speaks with other machines. */
const ways: readonly [string, (env: Record<string, string>, at?: string) => Promise<string>][] = [
  ['fetch', async (env, at = url) => (await createFetch({ env })(at)).text()],
  [
    'the client of OCI registries',
    async (env, at = url) =>
      Buffer.from((await createSendRequest(env)({ method: 'GET', url: new URL(at) })).body).toString(),
  ],
]

describe.each(ways)('%s', (_, ask) => {
  it('trusts no certificate that nobody vouches for', async () => {
    await expect(ask({})).rejects.toMatchObject({ code: 'network_unreachable' })
    await expect(ask({ SSL_CERT_FILE: other })).rejects.toMatchObject({ code: 'network_unreachable' })
  })

  it.each(['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'])('trusts the further ones of %s', async (name) => {
    expect(await ask({ [name]: file })).toBe('hello')
  })

  it('trusts those of both', async () => {
    expect(await ask({ SSL_CERT_FILE: other, NODE_EXTRA_CA_CERTS: file })).toBe('hello')
  })

  it('trusts them behind a proxy too', async () => {
    const asked: (string | undefined)[] = []
    const proxy = createProxy()
    proxy.on('connect', (incoming, client, head) => {
      asked.push(incoming.url)
      const through = connect(Number(incoming.url?.split(':')[1]), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n')
        through.write(head)
        through.pipe(client).pipe(through)
      })
      client.on('error', () => through.destroy())
      through.on('error', () => client.destroy())
    })
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const env = { HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` }
    const outside = url.replace('localhost', 'outside.example')
    try {
      await expect(ask(env, outside)).rejects.toMatchObject({ code: 'network_unreachable' })
      expect(await ask({ ...env, SSL_CERT_FILE: file }, outside)).toBe('hello')
      expect(new Set(asked)).toEqual(new Set([new URL(outside).host]))
    } finally {
      proxy.close()
    }
  })

  it.each(['localhost', 'a.localhost', '127.0.0.1', '127.8.9.1', '[::1]'])(
    'goes to %s past every proxy',
    async (host) => {
      const here = createProxy((_, response) => response.end('direct'))
      const proxy = createProxy((_, response) => response.end('from the proxy'))
      const port = async (it: ReturnType<typeof createProxy>): Promise<number> => {
        it.listen(0)
        await once(it, 'listening')
        return (it.address() as AddressInfo).port
      }
      try {
        const through = `http://127.0.0.1:${await port(proxy)}`
        const at = `http://${host}:${await port(here)}/`
        for (const env of [{ HTTP_PROXY: through }, { http_proxy: through, no_proxy: 'other.example' }]) {
          // Not every system has an address for the name; whichever way, nobody asks the proxy for it.
          const answer = ask(env, at).catch((error: unknown) => SanjhaError.from(error).code)
          expect(['direct', 'network_unreachable']).toContain(await answer)
          expect(await ask(env, 'http://outside.example/')).toBe('from the proxy')
        }
      } finally {
        for (const each of [here, proxy]) each.close().closeAllConnections()
      }
    },
  )

  it('says of a file that is none what is wrong with it, and who names it', async () => {
    const empty = join(folder, 'empty.pem')
    await writeFile(empty, 'no certificate')
    const said = { code: 'invalid_config', hint: 'It is named in SSL_CERT_FILE.' }
    await expect(ask({ SSL_CERT_FILE: empty })).rejects.toMatchObject(said)
    await expect(ask({ SSL_CERT_FILE: join(folder, 'none.pem') })).rejects.toMatchObject(said)
    const damaged = join(folder, 'damaged.pem')
    const good = await readFile(file, 'utf8')
    for (const [text, which] of [
      ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', '1 of 1'],
      [`${good}${good.slice(0, 200)}`, '2 of 2'],
      [`${good.slice(0, 200)}\n-----END CERTIFICATE-----\n${good}`, '1 of 2'],
    ] as const) {
      await writeFile(damaged, text)
      const message = `The certificate file ${damaged} is damaged: certificate ${which} in it cannot be read.`
      await expect(ask({ SSL_CERT_FILE: damaged }), text).rejects.toMatchObject({ ...said, message })
    }
    await writeFile(damaged, '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n')
    await expect(ask({ SSL_CERT_FILE: damaged })).rejects.toMatchObject(said)
  })
})

/** Whether agents trust a server whose certificate Node trusts by itself. Without the network: its certificate is ours. */
describe('what Node trusts by itself', () => {
  const trusted = (agents: ReturnType<typeof networkAgents>): Promise<boolean> =>
    new Promise((resolve) => {
      const asking = request(url, { agent: agents['https:'] }, (response) => {
        response.resume()
        resolve(true)
      })
      asking.on('error', () => resolve(false))
      asking.end()
    })

  it('stays trusted beside further certificates, and not beside those that are to be the only ones', async () => {
    const before = getCACertificates('default')
    setDefaultCACertificates([...before, await readFile(file, 'utf8')])
    try {
      expect(await trusted(networkAgents({ env: { SSL_CERT_FILE: other } }))).toBe(true)
      expect(await trusted(networkAgents({ env: {}, trustOnly: other }))).toBe(false)
      expect(await trusted(networkAgents({ env: {}, trustOnly: file }))).toBe(true)
    } finally {
      setDefaultCACertificates(before)
    }
  })
})
