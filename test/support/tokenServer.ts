import { createSign, randomUUID, X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './run.ts'

export interface TokenServer {
  readonly realm: string
  readonly service: string
  readonly issuer: string
  /** PEM, for the registry. */
  readonly certificate: string
  /** The scopes that tokens were given for. */
  readonly scopes: string[]
  close(): Promise<void>
}

/** A login server as Docker's token specification describes it; it knows one user. Undefined without `openssl`. */
export async function startTokenServer(user: { name: string; password: string }): Promise<TokenServer | undefined> {
  const keys = await makeCertificate()
  if (keys === undefined) return undefined
  const [service, issuer] = ['test-registry', 'test-issuer']
  const wanted = `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}`
  const scopes: string[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (request.headers.authorization !== wanted) {
      response.writeHead(401, { 'content-type': 'application/json' })
      response.end('{"errors":[{"code":"UNAUTHORIZED","message":"no such user"}]}')
      return
    }
    const access = url.searchParams.getAll('scope').map((scope) => {
      scopes.push(scope)
      const [type, name, actions = ''] = scope.split(':')
      return { type, name, actions: actions.split(',') }
    })
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: issuer,
      sub: user.name,
      aud: service,
      iat: now,
      nbf: now - 5,
      exp: now + 300,
      jti: randomUUID(),
      access,
    }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ token: sign(claims, keys) }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    realm: `http://127.0.0.1:${address.port}/token`,
    service,
    issuer,
    certificate: keys.certificate,
    scopes,
    close: async () => {
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Keys {
  readonly certificate: string
  readonly privateKey: string
}

async function makeCertificate(): Promise<Keys | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'sanjha-keys-'))
  try {
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const args = `req -x509 -newkey rsa:2048 -nodes -keyout ${key} -out ${certificate} -days 2 -subj /CN=test`
    const made = await run('openssl', args.split(' ')).catch(() => undefined)
    if (made?.code !== 0) return undefined
    return { certificate: await readFile(certificate, 'utf8'), privateKey: await readFile(key, 'utf8') }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function sign(claims: object, { certificate, privateKey }: Keys): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const x5c = [new X509Certificate(certificate).raw.toString('base64')]
  const body = `${encode({ typ: 'JWT', alg: 'RS256', x5c })}.${encode(claims)}`
  return `${body}.${createSign('RSA-SHA256').update(body).sign(privateKey, 'base64url')}`
}
