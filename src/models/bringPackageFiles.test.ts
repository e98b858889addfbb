import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeTarGz } from '../../test/support/archives.ts'
import { type PackageIndex, startPackageIndex } from '../../test/support/packageIndex.ts'
import { defaultConfig, SanjhaError } from '../core/index.ts'
import { fetchPackageFiles, type PackageFilesRequest } from './fetchPackageFiles.ts'

const library = Buffer.alloc(200_000, 'library')
const other = Buffer.from('other')
const archive = makeTarGz({
  'package/package.json': Buffer.from('{}'),
  'package/bins/x/libggml.so': library,
  '../../escape.so': other,
  'package/bins/x/empty.so': Buffer.alloc(0),
})
const sha = (algorithm: string, bytes: Uint8Array, form: 'hex' | 'base64') =>
  createHash(algorithm).update(bytes).digest(form)
const integrity = `sha512-${sha('sha512', archive, 'base64')}`

let index: PackageIndex
let folder: string
beforeEach(async () => {
  index = await startPackageIndex()
  index.node['@scope/engine'] = { '1.0.0': { content: archive } }
  folder = await mkdtemp(join(tmpdir(), 'sanjha-package-'))
})
afterEach(async () => {
  await index.close()
  await rm(folder, { recursive: true, force: true })
})

const wanted = (member: string, content: Uint8Array) => ({
  member,
  target: join(folder, 'out', member.split('/').at(-1) ?? ''),
  size: content.byteLength,
  digest: `sha256:${sha('sha256', content, 'hex')}`,
})

function request(changes: Partial<PackageFilesRequest> = {}): PackageFilesRequest {
  return {
    package: '@scope/engine',
    version: '1.0.0',
    integrity,
    files: [wanted('package/bins/x/libggml.so', library)],
    directory: join(folder, 'staging'),
    ...changes,
  }
}

const fetchIt = (changes?: Partial<PackageFilesRequest>, freeSpace?: number) => {
  const config = defaultConfig()
  return fetchPackageFiles(request(changes), {
    config: { ...config, registries: { ...config.registries, npm: index.npm } },
    env: {},
    ...(freeSpace !== undefined && { freeSpace: async () => freeSpace }),
  })
}

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  await work.then(
    () => 'none',
    (error: unknown) => SanjhaError.from(error).code,
  )

describe('fetchPackageFiles', () => {
  it('takes out what was asked for, nothing else, and leaves no archive', async () => {
    await fetchIt()
    expect(await readdir(join(folder, 'out'))).toEqual(['libggml.so'])
    expect((await readFile(join(folder, 'out', 'libggml.so'))).equals(library)).toBe(true)
    expect(await readdir(join(folder, 'staging'))).toEqual([])
    expect((await readdir(folder)).toSorted()).toEqual(['out', 'staging'])
  })

  it('takes several in one pass, an empty one too', async () => {
    const files = [wanted('package/bins/x/libggml.so', library), wanted('package/bins/x/empty.so', Buffer.alloc(0))]
    await fetchIt({ files })
    expect((await readdir(join(folder, 'out'))).toSorted()).toEqual(['empty.so', 'libggml.so'])
  })

  it('does not even download what the registry says to be another archive', async () => {
    index.node['@scope/engine'] = { '1.0.0': { content: Buffer.concat([archive, Buffer.from('x')]) } }
    expect(await codeOf(fetchIt())).toBe('digest_mismatch')
    expect(index.files.requests).toHaveLength(0)
    expect(await readdir(folder)).toEqual([])
  })

  it('keeps nothing of an archive that is another one than the registry says', async () => {
    index.node['@scope/engine'] = { '1.0.0': { content: Buffer.concat([archive, Buffer.from('x')]), integrity } }
    expect(await codeOf(fetchIt())).toBe('digest_mismatch')
    expect(await readdir(folder)).toEqual(['staging'])
    expect(await readdir(join(folder, 'staging'))).toEqual([])
  })

  it.each([
    ['other bytes', 'package/bins/x/libggml.so', Buffer.alloc(library.length), 'digest_mismatch'],
    ['another size', 'package/bins/x/libggml.so', other, 'digest_mismatch'],
    ['nothing', 'package/bins/x/libcuda.so', library, 'invalid_file'],
  ])('refuses a file of which the archive holds %s', async (_, member, content, code) => {
    expect(await codeOf(fetchIt({ files: [wanted(member, content)] }))).toBe(code)
    expect(await readdir(join(folder, 'out')).catch(() => [])).toEqual([])
  })

  it('says that the disk is full before it is', async () => {
    expect(await codeOf(fetchIt({}, 1000))).toBe('disk_full')
  })

  it('wants a real integrity', async () => {
    expect(await codeOf(fetchIt({ integrity: 'sha1-abc' }))).toBe('invalid_request')
  })

  it('can be cancelled', async () => {
    expect(await codeOf(fetchIt({ signal: AbortSignal.abort() }))).toBe('cancelled')
  })
})
