import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hashApiKey } from '../../core/index.ts'
import { type TestServer, testServer } from '../testing/testServer.ts'

const outside = mkdtempSync(join(tmpdir(), 'sanjha-lab-'))
const labFolder = join(outside, 'lab')
const script = 'export const a = 1\n'.repeat(200)
let t: TestServer
beforeAll(() => {
  mkdirSync(join(labFolder, 'assets'), { recursive: true })
  writeFileSync(join(labFolder, 'index.html'), '<!doctype html><title>Lab</title>')
  writeFileSync(join(labFolder, 'assets', 'a-123.js'), script)
  writeFileSync(join(labFolder, 'assets', 'notes.txt'), 'not of a kind that the page has')
  writeFileSync(join(outside, 'secret.js'), 'secret')
  symlinkSync(join(outside, 'secret.js'), join(labFolder, 'assets', 'link.js'))
  t = testServer({ server: { labFolder }, settings: { apiKeys: [hashApiKey('a key')] } })
})
afterAll(async () => {
  await t.close()
  rmSync(outside, { recursive: true })
})

it.each(['/lab/', '/lab/chat', '/lab/models/a%2Fb?x=1', '/lab/nowhere/at/all'])(
  '%s is the page itself, without a key',
  async (path) => {
    const response = await t.request('GET', path)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-cache')
    expect(await response.text()).toContain('<title>Lab</title>')
  },
)

it('the page may run and load only what is ours', async () => {
  const policy = (await t.request('GET', '/lab/')).headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self'")
  expect(policy).not.toMatch(/unsafe|data:|\*|http/)
})

it('a file with its digest in its name is kept for ever, and asked for again by its tag', async () => {
  const response = await t.request('GET', '/lab/assets/a-123.js')
  expect(await response.text()).toBe(script)
  expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  expect(response.headers.get('cache-control')).toContain('immutable')
  const etag = response.headers.get('etag') ?? ''
  const again = await t.request('GET', '/lab/assets/a-123.js', undefined, { 'if-none-match': etag })
  expect([again.status, await again.text()]).toEqual([304, ''])
})

it('is packed for those who can unpack it', async () => {
  const response = await t.request('GET', '/lab/assets/a-123.js', undefined, { 'accept-encoding': 'br, gzip' })
  expect(response.headers.get('content-encoding')).toBe('gzip')
  expect(response.headers.get('vary')).toMatch(/accept-encoding/i)
  const packed = Buffer.from(await response.arrayBuffer())
  expect(packed.length).toBeLessThan(script.length / 4)
  expect(gunzipSync(packed).toString()).toBe(script)
})

it.each(['none.js', 'notes.txt', 'link.js', '..%2f..%2fsecret.js', '%2e%2e/%2e%2e/secret.js', '..%5c..%5csecret.js'])(
  'gives no file %s',
  async (path) => {
    const response = await t.request('GET', `/lab/assets/${path}`)
    expect(await response.text()).not.toBe('secret')
    expect(response.headers.get('content-type')).not.toMatch(/script/)
  },
)

it('a browser at / is sent to the Lab; a client of Ollama gets its answer', async () => {
  const browser = await t.request('GET', '/', undefined, { accept: 'text/html' })
  expect([browser.status, browser.headers.get('location')]).toEqual([302, '/lab/'])
  expect(await (await t.request('GET', '/')).text()).toBe('Ollama is running')
})

it('where it was not built, it says how to build it', async () => {
  const bare = testServer()
  try {
    const { status, body } = await bare.json('GET', '/lab/chat')
    expect(status).toBe(404)
    expect(body.error.hint).toContain('npm start')
  } finally {
    await bare.close()
  }
})
