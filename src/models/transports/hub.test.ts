import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type HubServer, startHubServer } from '../../../test/support/hubServer.ts'
import { systemClock } from '../../core/index.ts'
import { bringFile, createNet } from '../download/index.ts'
import { type HubReference, parseReference } from '../reference.ts'
import { failure } from '../testing/failure.ts'
import { testContext } from '../testing/transportContext.ts'
import { unknownHost } from '../testing/unknownHost.ts'
import type { ResolvedModel } from './contract.ts'
import { hub } from './hub.ts'

let server: HubServer
beforeEach(async () => {
  server = await startHubServer()
})
afterEach(async () => {
  await server.close()
})

const bytes = (text: string): Uint8Array => Buffer.from(text)
const digest = (content: Uint8Array): string => `sha256:${createHash('sha256').update(content).digest('hex')}`

async function resolve(reference: string, token: string | null = null): Promise<ResolvedModel> {
  return await hub.resolve(
    parseReference(reference) as HubReference,
    await testContext({ hub: { endpoint: server.endpoint, token } }),
  )
}

const quantizations = [
  'tiny-F16.gguf',
  'tiny-Q8_0.gguf',
  'tiny-Q4_K_M.gguf',
  'tiny-Q2_K.gguf',
  'mmproj-tiny-F16.gguf',
  'README.md',
]
const filesOf = (names: readonly string[]): Record<string, Uint8Array> =>
  Object.fromEntries(names.map((name) => [name, bytes(`content of ${name}`)]))

describe('which file is meant', () => {
  test('a named file, with size and digest', async () => {
    server.repositories['o/r'] = { files: filesOf(quantizations) }
    const model = await resolve('hf://o/r/tiny-Q8_0.gguf')
    expect(model).toMatchObject({
      source: 'hf://o/r/tiny-Q8_0.gguf',
      files: [
        { name: 'tiny-Q8_0.gguf', role: 'weights', size: 25, digest: digest(bytes('content of tiny-Q8_0.gguf')) },
      ],
    })
  })

  test('without a quantisation, Q4_K_M, and it says so', async () => {
    server.repositories['o/r'] = { files: filesOf(quantizations) }
    const model = await resolve('hf://o/r')
    expect(model.source).toBe('hf://o/r/tiny-Q4_K_M.gguf')
    expect(model.messages.join()).toContain('tiny-Q4_K_M.gguf is taken')
    expect(model.messages.join()).toContain('Q8_0')
  })

  test.each([true, false])('a quantisation by its name (the hub answers for it: %s)', async (manifests) => {
    server.manifests = manifests
    server.repositories['o/r'] = { files: filesOf(quantizations) }
    expect((await resolve('hf://o/r:q8_0')).source).toBe('hf://o/r/tiny-Q8_0.gguf')
    expect((await failure(resolve('hf://o/r:Q5_0'))).code).toBe('model_not_found')
  })

  test('all parts of a split file, in order; a missing part is an error', async () => {
    const names = ['m-Q4_0-00002-of-00003.gguf', 'm-Q4_0-00001-of-00003.gguf', 'm-Q4_0-00003-of-00003.gguf']
    server.repositories['o/r'] = { files: filesOf(names) }
    expect((await resolve('hf://o/r:Q4_0')).files.map((f) => f.name)).toEqual(names.toSorted())
    server.repositories['o/r'] = { files: filesOf(names.slice(0, 2)) }
    const error = await failure(resolve('hf://o/r:Q4_0'))
    expect(error.message).toContain('m-Q4_0-00003-of-00003.gguf')
  })

  test('files in folders', async () => {
    server.repositories['o/r'] = { files: filesOf(['Q8_0/m.Q8_0.gguf', 'README.md']) }
    const model = await resolve('hf://o/r/Q8_0/m.Q8_0.gguf')
    expect(model.files.map((f) => f.name)).toEqual(['m.Q8_0.gguf'])
  })

  test('no GGUF: the safetensors files and what belongs to them', async () => {
    server.repositories['o/r'] = {
      files: filesOf([
        'model.safetensors',
        'config.json',
        'tokenizer.json',
        'LICENSE',
        'pytorch_model.bin',
        'onnx/model.safetensors',
      ]),
    }
    const model = await resolve('hf://o/r')
    expect(model.source).toBe('hf://o/r')
    expect(model.files.map((f) => [f.name, f.role])).toEqual([
      ['model.safetensors', 'weights'],
      ['LICENSE', 'license'],
      ['config.json', 'config'],
      ['tokenizer.json', 'config'],
    ])
  })

  test('a list in pages', async () => {
    server.pageSize = 2
    server.repositories['o/r'] = { files: filesOf(quantizations) }
    expect((await resolve('hf://o/r/tiny-Q8_0.gguf')).files).toHaveLength(1)
    expect(server.requests.filter((r) => r.path.includes('/tree/'))).toHaveLength(3)
  })

  test('a revision', async () => {
    server.repositories['o/r'] = { files: filesOf(quantizations), revisions: ['refs/pr/1'] }
    const model = await resolve('hf://o/r/tiny-Q8_0.gguf@refs/pr/1')
    expect(model.source).toBe('hf://o/r/tiny-Q8_0.gguf@refs/pr/1')
    expect(model.files[0]?.origin).toMatchObject({ url: expect.stringContaining('/resolve/refs%2Fpr%2F1/') })
    expect((await failure(resolve('hf://o/r/tiny-Q8_0.gguf@v9'))).message).toContain('no revision v9')
  })

  test('nothing that is a model', async () => {
    server.repositories['o/r'] = { files: filesOf(['README.md']) }
    expect((await failure(resolve('hf://o/r'))).code).toBe('model_not_found')
    const error = await failure(resolve('hf://o/r/no.gguf'))
    expect(error.message).toContain('no.gguf')
  })
})

describe('access', () => {
  test('a repository that is not there', async () => {
    const error = await failure(resolve('hf://o/none'))
    expect(error).toMatchObject({ code: 'model_not_found' })
    expect(error.hint).toContain('HF_TOKEN')
  })

  test('a private one, with and without a token', async () => {
    server.repositories['o/r'] = { files: filesOf(quantizations), access: 'private' }
    server.tokens['good'] = { accepted: true }
    expect((await failure(resolve('hf://o/r'))).code).toBe('model_not_found')
    expect((await resolve('hf://o/r', 'good')).files).toHaveLength(1)
  })

  test('a gated one: the error says how to get access', async () => {
    server.repositories['o/r'] = { files: filesOf(quantizations), access: 'gated' }
    server.tokens['stranger'] = { accepted: false }
    const directory = await mkdtemp(join(tmpdir(), 'sanjha-hub-'))
    try {
      for (const [token, code] of [
        [null, 'unauthorized'],
        ['stranger', 'forbidden'],
      ] as const) {
        const [file] = (await resolve('hf://o/r', token)).files
        const { net } = await testContext()
        const error = await failure(bringFile({ origin: file!.origin, directory, name: 'm', expected: file! }, { net }))
        expect(error.code).toBe(code)
        expect(error.hint).toContain(`${server.endpoint}/o/r`)
      }
    } finally {
      await rm(directory, { recursive: true })
    }
  })

  test('a token that is wrong', async () => {
    server.repositories['o/r'] = { files: filesOf(quantizations) }
    const error = await failure(resolve('hf://o/r', 'wrong'))
    expect(error).toMatchObject({ code: 'unauthorized' })
    expect(JSON.stringify(error)).not.toContain('wrong')
  })

  test('the token file of the hub’s own programs', async () => {
    const home = await mkdtemp(join(tmpdir(), 'sanjha-hub-'))
    try {
      await writeFile(join(home, 'token'), 'from-file\n')
      server.tokens['from-file'] = { accepted: true }
      server.repositories['o/r'] = { files: filesOf(quantizations), access: 'private' }
      const context = await testContext({ hub: { endpoint: server.endpoint, home } })
      expect((await hub.resolve(parseReference('hf://o/r') as HubReference, context)).files).toHaveLength(1)
    } finally {
      await rm(home, { recursive: true })
    }
  })
})

describe('bringing the bytes', () => {
  test('the token goes to the hub and not to where the bytes are, and the signed address is shown nowhere', async () => {
    const content = randomBytes(50_000)
    server.repositories['o/r'] = { files: { 'm.gguf': content } }
    server.tokens['good'] = { accepted: true }
    server.cdn.offer(server.cdnPath(content), content, { kind: 'cut', after: 1000 })
    const directory = await mkdtemp(join(tmpdir(), 'sanjha-hub-'))
    try {
      const [file] = (await resolve('hf://o/r/m.gguf', 'good')).files
      const messages: string[] = []
      const { net } = await testContext()
      const brought = await bringFile(
        {
          origin: file!.origin,
          directory,
          name: 'm.gguf',
          expected: file!,
          onProgress: (p) => p.message && messages.push(p.message),
        },
        { net },
      )
      expect(brought.digest).toBe(digest(content))
      expect(server.cdn.requests.map((r) => r.headers.authorization)).toEqual([undefined, undefined])
      expect(server.cdn.requests[1]?.headers.range).toBe('bytes=1000-')
      expect(messages).toHaveLength(1)
      expect(messages.join()).not.toMatch(/secret|Signature/)
    } finally {
      await rm(directory, { recursive: true })
    }
  })
})

describe('trouble', () => {
  test('asked to wait, it waits and asks again', async () => {
    server.rateLimited = 2
    server.repositories['o/r'] = { files: filesOf(quantizations) }
    expect((await resolve('hf://o/r')).files).toHaveLength(1)
  })

  test('asked to wait without end', async () => {
    server.rateLimited = 99
    expect((await failure(resolve('hf://o/r'))).code).toBe('rate_limited')
  })

  test('not there at all', async () => {
    const net = await createNet({ fetch: unknownHost, clock: { ...systemClock, sleep: async () => undefined } })
    const context = await testContext({ net, hub: { endpoint: 'https://hub.invalid' } })
    expect(await failure(hub.resolve(parseReference('hf://o/r') as HubReference, context))).toMatchObject({
      code: 'network_unreachable',
      details: { kind: 'name' },
    })
  })

  test('takes the connection and says nothing: given up after the probe time', async () => {
    const silent = (await import('node:net')).createServer()
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done))
    const { port } = silent.address() as { port: number }
    try {
      const context = await testContext({ hub: { endpoint: `http://127.0.0.1:${port}` } })
      const slow = { ...context, net: { ...context.net, probeTimeoutMs: 100 } }
      expect(await failure(hub.resolve(parseReference('hf://o/r') as HubReference, slow))).toMatchObject({
        code: 'network_unreachable',
        details: { kind: 'timeout' },
      })
    } finally {
      silent.close()
    }
  })

  test('an answer that is no list', async () => {
    server.repositories['o/r'] = { files: {} }
    expect((await failure(resolve('hf://o/r'))).code).toBe('model_not_found')
  })
})
