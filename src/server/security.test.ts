import { afterEach, describe, expect, it } from 'vitest'
import { hashApiKey } from '../core/index.ts'
import { type TestServer, testServer } from './testing/testServer.ts'

let t: TestServer
afterEach(() => t.close())

const messages = [{ role: 'user', content: 'Hi' }]

describe('names and origins', () => {
  it('answers only to names that were given to it', async () => {
    t = testServer({ settings: { allowedHosts: ['ai.example.org'] } })
    const status = async (host: string): Promise<number> =>
      (await t.request('GET', '/health', undefined, { host })).status
    for (const host of [
      '127.0.0.1:11811',
      'localhost',
      'LOCALHOST:80',
      '[::1]:11811',
      '10.1.2.3',
      'ai.example.org:443',
      'x.localhost',
    ]) {
      expect([host, await status(host)]).toEqual([host, 200])
    }
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'ai.example.org.evil.example',
    ]) {
      expect([host, await status(host)]).toEqual([host, 403])
    }
  })

  it('keeps pages of other sites out, whatever the method', async () => {
    t = testServer({ settings: { allowedOrigins: ['https://app.example.org'] } })
    const status = async (origin: string, method = 'POST'): Promise<number> => {
      const body = method === 'POST' ? { messages } : undefined
      const path = method === 'POST' ? '/v1/chat/completions' : '/v1/models'
      return (await t.request(method, path, body, { origin })).status
    }
    for (const origin of [
      'https://evil.example',
      'null',
      'http://127.0.0.1.evil.example',
      'file://',
      'https://app.example.org.evil.example',
    ]) {
      expect([origin, await status(origin), await status(origin, 'GET')]).toEqual([origin, 403, 403])
    }
    for (const origin of [
      'https://app.example.org',
      'http://localhost:3000',
      'http://127.0.0.1:11811',
      'http://[::1]:5173',
    ]) {
      expect([origin, await status(origin)]).toEqual([origin, 200])
    }
    const refused = await t.request('OPTIONS', '/v1/chat/completions', undefined, {
      origin: 'https://evil.example',
      'access-control-request-method': 'POST',
    })
    expect(refused.status).toBe(403)
    expect(refused.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('what runs programs or changes the server takes its own page and origins that are named, no others of this machine', async () => {
    t = testServer({ settings: { allowedOrigins: ['https://app.example.org'] } })
    const status = async (method: string, path: string, origin?: string): Promise<number> => {
      const headers = { host: '127.0.0.1:8642', ...(origin !== undefined && { origin }) }
      return (await t.request(method, `/sanjha/v1/${path}`, method === 'GET' ? undefined : {}, headers)).status
    }
    for (const [method, path] of [
      ['POST', 'answers/m/tools/c'],
      ['POST', 'chats/c/answers'],
      ['GET', 'tools'],
      ['POST', 'tools/x'],
      ['GET', 'remotes'],
      ['POST', 'remotes'],
      ['POST', 'remotes/test'],
      ['DELETE', 'remotes/x'],
      ['PATCH', 'settings/engine.keepAlive'],
    ] as const) {
      for (const origin of ['http://127.0.0.1:3000', 'http://localhost:8642', 'http://127.0.0.1', 'null']) {
        expect([path, origin, await status(method, path, origin)]).toEqual([path, origin, 403])
      }
      for (const origin of [undefined, 'http://127.0.0.1:8642', 'https://app.example.org']) {
        expect([path, origin, await status(method, path, origin)]).not.toEqual([path, origin, 403])
      }
    }
    expect(await status('GET', 'settings', 'http://127.0.0.1:3000')).toBe(200)
  })

  it('other sites may link to the page, and bring about nothing else, also where browsers send no origin', async () => {
    t = testServer()
    const status = async (method: string, path: string, mode: string, site = 'cross-site'): Promise<number> =>
      (await t.request(method, path, undefined, { 'sec-fetch-site': site, 'sec-fetch-mode': mode })).status
    for (const path of ['/', '/lab', '/lab/chat']) {
      expect([path, await status('GET', path, 'navigate')]).not.toEqual([path, 403])
      expect([path, await status('GET', path, 'no-cors')]).toEqual([path, 403])
    }
    for (const path of ['/sanjha/v1/events', '/sanjha/v1/models', '/health', '/laboratory']) {
      expect([path, await status('GET', path, 'no-cors')]).toEqual([path, 403])
      expect([path, await status('GET', path, 'navigate')]).toEqual([path, 403])
    }
    expect(await status('POST', '/', 'navigate')).toBe(403)
    for (const site of ['same-origin', 'same-site', 'none']) {
      expect([site, await status('GET', '/sanjha/v1/models', 'no-cors', site)]).toEqual([site, 200])
    }
    // Of a page that is allowed, the browser says so too.
    const headers = { origin: 'http://localhost:3000', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }
    expect((await t.request('GET', '/v1/models', undefined, headers)).status).toBe(200)
  })

  it('a form of another site cannot reach the Ollama paths that read any content type', async () => {
    t = testServer()
    const form = { 'content-type': 'text/plain', origin: 'https://evil.example' }
    expect((await t.request('DELETE', '/api/delete', '{"model":"test"}', form)).status).toBe(403)
    const curl = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await t.request('POST', '/api/show', '{"model":"test"}', curl)).status).toBe(200)
  })
})

describe('answers', () => {
  it('carry headers that keep browsers from misusing them', async () => {
    t = testServer()
    const page = await t.request('GET', '/', undefined, { accept: 'text/html,application/xhtml+xml' })
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
    expect(page.headers.get('x-frame-options')).toBe('DENY')
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    const html = await page.text()
    expect(html).toContain('<code>test</code>')
    expect(html).toContain('sanjha run test')
  })

  it('name the command line as it is called here', async () => {
    t = testServer({ server: { program: './bin/sanjha.js' } })
    const html = await (await t.request('GET', '/', undefined, { accept: 'text/html' })).text()
    expect(html).toContain('<pre>./bin/sanjha.js run test</pre>')
  })

  it('escape what models are called', async () => {
    t = testServer()
    await t.sanjha.models.copy('test', '<script>alert(1)</script>')
    const html = await (await t.request('GET', '/', undefined, { accept: 'text/html' })).text()
    expect(html).not.toContain('<script')
    expect(html).toContain('&lt;script&gt;')
  })

  it('an Ollama client recognises its server', async () => {
    t = testServer()
    expect(await (await t.request('GET', '/', undefined, { accept: '*/*' })).text()).toBe('Ollama is running')
    const head = await t.request('HEAD', '/')
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  it('an inner failure tells nothing of itself', async () => {
    t = testServer()
    const broken = [{ role: 'user', content: '[[throw]]' }]
    const { status, body } = await t.json('POST', '/v1/chat/completions', { messages: broken })
    expect(status).toBe(500)
    expect(JSON.stringify(body)).not.toMatch(/Thrown|\.ts|node_modules| at /)
  })
})

describe('beyond this machine', () => {
  it('asks for a key before it listens', async () => {
    t = testServer()
    await expect(t.server.listen({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'invalid_config' })
    await t.close()
    t = testServer({ settings: { apiKeys: [hashApiKey('k')] } })
    const { url } = await t.server.listen({ host: '0.0.0.0' })
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await fetch(`${url}/health`)).status).toBe(200)
    expect((await fetch(`${url}/v1/models`)).status).toBe(401)
  })

  it('does not read files or call hosts for whoever has a key', async () => {
    t = testServer({ settings: { host: '0.0.0.0', apiKeys: [hashApiKey('k')] } })
    const pull = async (model: string, key = 'k'): Promise<[number, number]> => {
      const headers = { authorization: `Bearer ${key}` }
      const admin = await t.request('POST', '/sanjha/v1/models/pull', { model }, headers)
      const ollama = await t.request('POST', '/api/pull', { model, stream: false }, headers)
      return [admin.status, ollama.status]
    }
    for (const model of [
      'file:///etc/passwd',
      '/etc/passwd',
      './a.gguf',
      'http://169.254.169.254/a.gguf',
      'https://inner.example/a.gguf',
      'oci://inner.example/a',
    ]) {
      expect([model, ...(await pull(model))]).toEqual([model, 403, 403])
    }
    expect(await pull('fresh')).toEqual([202, 200])
    expect(await pull('file:///models/a.gguf', t.server.controlToken)).toEqual([202, 200])
    expect(await pull('no such://name')).toEqual([400, 400])
  })

  it.each([
    ['keys', { apiKeys: [hashApiKey('k')] }],
    ['names', { allowedHosts: ['ai.example.org'] }],
  ])('nor behind a proxy, where it has %s for those who come from elsewhere', async (_, settings) => {
    t = testServer({ settings })
    for (const model of ['file:///etc/passwd', 'http://169.254.169.254/a.gguf']) {
      const answer = await t.request('POST', '/sanjha/v1/models/pull', { model }, { authorization: 'Bearer k' })
      expect([model, answer.status]).toEqual([model, 403])
    }
  })
})
