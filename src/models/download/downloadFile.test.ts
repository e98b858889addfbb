import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Fault, type FaultyServer, startFaultyServer } from '../../../test/support/faultyServer.ts'
import { type Clock, SanjhaError, systemClock } from '../../core/index.ts'
import { failure } from '../testing/failure.ts'
import { unknownHost } from '../testing/unknownHost.ts'
import type { Expected, TransferProgress } from './byteOrigin.ts'
import { type DownloadTools, downloadFile } from './downloadFile.ts'
import { createNet } from './net.ts'

const content = randomBytes(300_000)
const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`
const known: Expected = { size: content.byteLength, digest }
const unknown: Expected = { size: null, digest: null }

let server: FaultyServer
let directory: string
let waits: number[]
let tools: DownloadTools
const clock: Clock = { ...systemClock, sleep: async (ms) => void waits.push(ms) }

beforeEach(async () => {
  server = await startFaultyServer()
  directory = await mkdtemp(join(tmpdir(), 'sanjha-download-'))
  waits = []
  tools = { net: await createNet({ stallTimeoutMs: 10_000, clock }) }
})

afterEach(async () => {
  await server.close()
  await rm(directory, { recursive: true, force: true })
})

function get(
  url: string,
  expected: Expected,
  more: { signal?: AbortSignal; onProgress?: (p: TransferProgress) => void } = {},
) {
  return downloadFile(
    { origin: { kind: 'http', url, label: url }, directory, name: 'model.gguf', expected, ...more },
    tools,
  )
}

/** The one thing that always holds: a file with the final name is the whole file. */
async function neverHalf(): Promise<void> {
  const file = await readFile(join(directory, 'model.gguf')).catch(() => undefined)
  if (file !== undefined) expect(file.equals(content)).toBe(true)
}

const ranges = () => server.requests.map((r) => r.headers.range ?? null)

describe('a download that goes well', () => {
  test.each([
    ['length and digest known', known],
    ['nothing known beforehand', unknown],
    ['a sha512 instead', { size: null, digest: `sha512:${createHash('sha512').update(content).digest('hex')}` }],
  ])('%s', async (_, expected) => {
    const seen: TransferProgress[] = []
    const file = await get(server.offer('/m', content), expected, { onProgress: (p) => seen.push(p) })
    expect(file).toEqual({ path: join(directory, 'model.gguf'), size: content.byteLength, digest })
    expect(content.equals(await readFile(file.path))).toBe(true)
    expect(seen.at(-1)).toMatchObject({ completed: content.byteLength, total: content.byteLength })
    expect((await readdir(directory)).toSorted()).toEqual(['model.gguf', 'model.gguf.done.json'])
  })

  test('a second call finds the whole file and asks nobody', async () => {
    const url = server.offer('/m', content)
    await get(url, known)
    await get(url, known)
    expect(server.requests).toHaveLength(1)
  })

  test('a whole file that was changed on the disk meanwhile is fetched again', async () => {
    const url = server.offer('/m', content)
    const { path } = await get(url, known)
    await writeFile(path, randomBytes(content.byteLength))
    await get(url, known)
    expect(server.requests).toHaveLength(2)
    await neverHalf()
  })

  test('an empty file with a known length is a file', async () => {
    const file = await get(server.offer('/m', new Uint8Array(0)), unknown)
    expect(file.size).toBe(0)
  })
})

describe('faults that end with the whole file', () => {
  const cases: [string, Fault[], Expected][] = [
    ['the connection is closed at a third, digest known', [{ kind: 'cut', after: 100_000 }], known],
    ['the connection is closed at a third, nothing known', [{ kind: 'cut', after: 100_000 }], unknown],
    ['cut, then the server ignores Range', [{ kind: 'cut', after: 100_000 }, { kind: 'ignore-range' }], known],
    [
      'cut, then the server ignores Range, nothing known',
      [{ kind: 'cut', after: 100_000 }, { kind: 'ignore-range' }],
      unknown,
    ],
    [
      'cut, then 206 with another range',
      [
        { kind: 'cut', after: 100_000 },
        { kind: 'wrong-range', shift: -500 },
      ],
      unknown,
    ],
    [
      'cut, then 206 with a later range',
      [
        { kind: 'cut', after: 100_000 },
        { kind: 'wrong-range', shift: 500 },
      ],
      known,
    ],
    ['cut, then 206 without Content-Range', [{ kind: 'cut', after: 100_000 }, { kind: 'no-content-range' }], known],
    [
      'cut, then ranges that are capped',
      [
        { kind: 'cut', after: 100_000 },
        { kind: 'short-range', bytes: 70_000 },
        { kind: 'short-range', bytes: 70_000 },
      ],
      known,
    ],
    [
      'cut, then 416',
      [
        { kind: 'cut', after: 100_000 },
        { kind: 'status', status: 416, headers: { 'content-range': 'bytes */5' } },
      ],
      known,
    ],
    ['cut, then gzip', [{ kind: 'cut', after: 100_000 }, { kind: 'gzip' }], known],
    ['hung up before an answer', [{ kind: 'hang-up' }], known],
    [
      '503 twice',
      [
        { kind: 'status', status: 503 },
        { kind: 'status', status: 503 },
      ],
      known,
    ],
    [
      '500 in the middle',
      [
        { kind: 'cut', after: 100_000 },
        { kind: 'status', status: 500 },
      ],
      unknown,
    ],
    ['chunked without a length', [{ kind: 'chunked' }], unknown],
    ['chunked and cut', [{ kind: 'chunked', cutAfter: 100_000 }], unknown],
    [
      'chunked and cut, then a range that is capped, of a file whose size nobody says',
      [
        { kind: 'chunked', cutAfter: 100_000 },
        { kind: 'open-range', bytes: 70_000 },
      ],
      unknown,
    ],
    ['ended by closing, digest known', [{ kind: 'until-close' }], known],
    ['ended by closing too early, size known', [{ kind: 'until-close', cutAfter: 100_000 }], known],
    [
      'ended by closing too early, only the digest known',
      [{ kind: 'until-close', cutAfter: 100_000 }],
      { size: null, digest },
    ],
    ['one wrong byte', [{ kind: 'corrupt', at: 7 }], known],
    ['compressed, digest known', [{ kind: 'gzip' }], known],
    ['five cuts', [1, 2, 3, 4, 5].map((n) => ({ kind: 'cut', after: 10_000 * n }) as const), known],
  ]
  test.each(cases)('%s', async (_, faults, expected) => {
    const seen: TransferProgress[] = []
    const file = await get(server.offer('/m', content, ...faults), expected, { onProgress: (p) => seen.push(p) })
    expect(file.digest).toBe(digest)
    expect(content.equals(await readFile(file.path))).toBe(true)
    const completed = seen.map((p) => p.completed)
    expect(completed).toEqual(completed.toSorted((a, b) => a - b))
    expect(server.requests.length).toBeGreaterThan(faults.length - 1)
  })

  test('stalled', async () => {
    tools = { net: await createNet({ stallTimeoutMs: 250, clock }) }
    const file = await get(server.offer('/m', content, { kind: 'stall', after: 100_000 }), known)
    expect(file.digest).toBe(digest)
    await neverHalf()
    expect(server.requests.length).toBeGreaterThan(1)
  })

  test('a cut download asks only for what is missing, on condition that the file is the same', async () => {
    await get(server.offer('/m', content, { kind: 'cut', after: 100_000 }), unknown)
    expect(ranges()).toEqual([null, 'bytes=100000-'])
    expect(server.requests[1]?.headers['if-range']).toMatch(/^"/)
  })

  test('without a digest and without a validator, nothing is pieced together', async () => {
    server.validators = false
    await get(server.offer('/m', content, { kind: 'cut', after: 100_000 }), unknown)
    expect(ranges()).toEqual([null, 'bytes=100000-', null])
    await neverHalf()
  })

  test('a file that changed between two attempts is taken anew', async () => {
    const old = randomBytes(300_000)
    const url = server.offer('/m', old, { kind: 'cut', after: 100_000 }, { kind: 'cut', after: 10 })
    const controller = new AbortController()
    await failure(get(url, unknown, { signal: controller.signal, onProgress: (p) => p.message && controller.abort() }))
    server.offer('/m', content)
    const file = await get(url, unknown)
    expect(file.digest).toBe(digest)
  })

  test('Retry-After is obeyed, and back-off grows otherwise', async () => {
    await get(
      server.offer(
        '/m',
        content,
        { kind: 'status', status: 429, headers: { 'retry-after': '7' } },
        { kind: 'status', status: 503 },
        { kind: 'status', status: 503 },
      ),
      known,
    )
    expect(waits).toEqual([7000, 1000, 2000])
  })

  test('property: whatever cuts and stalls happen, the file is whole or there is an error', async () => {
    const fault = fc.oneof(
      fc.record({ kind: fc.constant('cut' as const), after: fc.integer({ min: 0, max: 299_999 }) }),
      fc.record({ kind: fc.constant('wrong-range' as const), shift: fc.integer({ min: -1000, max: 1000 }) }),
      fc.record({ kind: fc.constant('ignore-range' as const), cutAfter: fc.integer({ min: 0, max: 299_999 }) }),
      fc.record({ kind: fc.constant('corrupt' as const), at: fc.integer({ min: 0, max: 1000 }) }),
      fc.record({ kind: fc.constant('until-close' as const), cutAfter: fc.integer({ min: 0, max: 299_999 }) }),
      fc.constant({ kind: 'gzip' as const }),
      fc.constant({ kind: 'hang-up' as const }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 5 }), async (faults) => {
        await rm(join(directory, 'model.gguf'), { force: true })
        await get(server.offer('/m', content, ...faults), known).catch((e: unknown) => {
          if (!SanjhaError.is(e)) throw e
        })
        await neverHalf()
      }),
      { numRuns: 25 },
    )
  })
})

describe('faults that end with an error, and never with half a file', () => {
  test.each<[string, Fault[], Expected, string]>([
    [
      'wrong bytes twice',
      [
        { kind: 'corrupt', at: 7 },
        { kind: 'corrupt', at: 9 },
      ],
      known,
      'digest_mismatch',
    ],
    ['another length than promised', [{ kind: 'other-length', length: 1000 }], known, 'digest_mismatch'],
    [
      'closed without any length, nothing known',
      [{ kind: 'until-close', cutAfter: 100_000 }],
      unknown,
      'upstream_error',
    ],
    ['compressed, nothing known', [{ kind: 'gzip' }], unknown, 'upstream_error'],
    ['401', [{ kind: 'status', status: 401 }], known, 'unauthorized'],
    ['403', [{ kind: 'status', status: 403, body: 'not for you' }], known, 'forbidden'],
    ['404', [{ kind: 'status', status: 404 }], known, 'model_not_found'],
    ['400', [{ kind: 'status', status: 400 }], known, 'upstream_error'],
    [
      '503 without end',
      Array.from({ length: 9 }, () => ({ kind: 'status', status: 503 }) as const),
      known,
      'upstream_error',
    ],
    [
      'cut at once without end',
      Array.from({ length: 9 }, () => ({ kind: 'cut', after: 0 }) as const),
      known,
      'network_unreachable',
    ],
    [
      'cut at the same place without end, Range ignored',
      [
        { kind: 'cut', after: 100_000 },
        ...Array.from({ length: 20 }, () => ({ kind: 'ignore-range', cutAfter: 100_000 }) as const),
      ],
      known,
      'network_unreachable',
    ],
    [
      'redirected without end',
      Array.from({ length: 30 }, () => ({ kind: 'redirect', to: '/m' }) as const),
      known,
      'upstream_error',
    ],
    ['redirected to another protocol', [{ kind: 'redirect', to: 'ftp://127.0.0.1/m' }], known, 'forbidden'],
  ])('%s', async (_, faults, expected, code) => {
    const error = await failure(get(server.offer('/m', content, ...faults), expected))
    expect(error.code).toBe(code)
    expect(await readdir(directory)).not.toContain('model.gguf')
  })

  test('a digest mismatch says what was promised and what came, and keeps nothing', async () => {
    const error = await failure(
      get(server.offer('/m', content, { kind: 'corrupt', at: 7 }, { kind: 'corrupt', at: 7 }), known),
    )
    const wrong = Uint8Array.from(content)
    wrong[7]! ^= 0xff
    expect(error.message).toContain(digest)
    expect(error.message).toContain(createHash('sha256').update(wrong).digest('hex'))
    expect(await readdir(directory)).toEqual([])
  })

  test('nobody there', async () => {
    const url = server.offer('/m', content)
    await server.close()
    const error = await failure(get(url, known))
    expect(error).toMatchObject({ code: 'network_unreachable', details: { kind: 'refused' } })
    server = await startFaultyServer()
  })

  test('no such host', async () => {
    tools = { net: await createNet({ fetch: unknownHost, clock }) }
    const error = await failure(get('http://host.invalid/m', known))
    expect(error).toMatchObject({ code: 'network_unreachable', details: { kind: 'name' } })
  })

  test('offline: only this machine is asked', async () => {
    tools = { ...tools, net: { ...tools.net, offline: true } }
    expect((await failure(get('https://example.invalid/m', known))).details).toMatchObject({ kind: 'offline' })
    expect((await get(server.offer('/m', content), known)).digest).toBe(digest)
  })

  test('cancelled: the partial stays, and the next call goes on from there', async () => {
    const controller = new AbortController()
    const url = server.offer('/m', content, { kind: 'cut', after: 100_000 })
    const error = await failure(
      get(url, known, { signal: controller.signal, onProgress: (p) => p.message && controller.abort() }),
    )
    expect(error.code).toBe('cancelled')
    expect((await stat(join(directory, 'model.gguf.part'))).size).toBe(100_000)
    await get(url, known)
    expect(ranges().at(-1)).toBe('bytes=100000-')
    await neverHalf()
  })

  test('a partial file from one source is completed from another when the digest is known', async () => {
    const url = server.offer('/m', content, { kind: 'cut', after: 100_000 }, { kind: 'status', status: 404 })
    expect((await failure(get(url, known))).code).toBe('model_not_found')
    await get(server.offer('/mirror', content), known)
    expect(ranges().at(-1)).toBe('bytes=100000-')
    await neverHalf()
  })

  test('garbage at the end of a partial file (a power cut) is noticed', async () => {
    await writeFile(join(directory, 'model.gguf.part'), Buffer.concat([content.subarray(0, 1000), Buffer.alloc(5000)]))
    await writeFile(
      join(directory, 'model.gguf.part.json'),
      JSON.stringify({ label: 'x', validator: null, size: null, synced: 1000 }),
    )
    await get(server.offer('/m', content), known)
    await neverHalf()
  })

  test('no space: refused beforehand with the numbers', async () => {
    tools = { ...tools, freeSpace: async () => 100_000 }
    const error = await failure(get(server.offer('/m', content), known))
    expect(error).toMatchObject({ code: 'disk_full', details: { needed: 300_000, available: 100_000 } })
    expect(error.message).toContain('300 kB')
  })
})
