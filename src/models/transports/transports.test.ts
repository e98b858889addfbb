import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeTarGz, makeZip } from '../../../test/support/archives.ts'
import { type HubServer, startHubServer } from '../../../test/support/hubServer.ts'
import { type PackageIndex, startPackageIndex } from '../../../test/support/packageIndex.ts'
import { SanjhaError } from '../../core/index.ts'
import { bringFile } from '../download/index.ts'
import { formatReference, parseReference } from '../reference.ts'
import { testContext } from '../testing/transportContext.ts'
import type { TransportContext } from './contract.ts'
import { resolveReference, transports } from './transports.ts'

// What every transport promises, whatever it speaks.

const content = Buffer.from('the bytes of a model')
const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`

interface Case {
  readonly scheme: string
  /** A reference that gives `content`. */
  readonly reference: () => string
  /** One that gives nothing, from a host that is there. */
  readonly missing: () => string
}

let hub: HubServer
let index: PackageIndex
let directory: string
let context: TransportContext

beforeEach(async () => {
  hub = await startHubServer()
  index = await startPackageIndex()
  directory = await mkdtemp(join(tmpdir(), 'sanjha-transports-'))
  hub.repositories['o/r'] = { files: { 'm.gguf': content } }
  hub.cdn.offer(hub.cdnPath(content), content)
  index.files.offer('/m.gguf', content)
  index.python['pkg'] = { 'pkg-1.0-py3-none-any.whl': { content: makeZip({ 'pkg/m.gguf': content }) } }
  index.node['pkg'] = { '1.0.0': { content: makeTarGz({ 'package/m.gguf': content }) } }
  await writeFile(join(directory, 'm.gguf'), content)
  context = await testContext({
    hub: { endpoint: hub.endpoint },
    registries: { pypi: index.pypi, npm: index.npm },
    cwd: directory,
  })
})
afterEach(async () => {
  await hub.close()
  await index.close()
  await rm(directory, { recursive: true })
})

const cases: readonly Case[] = [
  { scheme: 'hf', reference: () => 'hf://o/r/m.gguf', missing: () => 'hf://o/r/n.gguf' },
  { scheme: 'pypi', reference: () => 'pypi://pkg/m.gguf', missing: () => 'pypi://none/m.gguf' },
  { scheme: 'npm', reference: () => 'npm://pkg/m.gguf', missing: () => 'npm://none/m.gguf' },
  { scheme: 'http', reference: () => `${index.files.url}/m.gguf`, missing: () => `${index.files.url}/n.gguf` },
  { scheme: 'file', reference: () => 'file:m.gguf', missing: () => 'file:n.gguf' },
]

test('every transport has a case here', () => {
  const covered = new Set([...cases.map((c) => c.scheme), 'https']) // http and https are one, and no certificate is at hand
  expect(new Set(transports.flatMap((t) => t.schemes))).toEqual(covered)
})

describe.each(cases)('$scheme', ({ reference, missing }) => {
  const bring = async (text: string) => {
    const model = await resolveReference(parseReference(text), context)
    const [file] = model.files
    const staging = join(directory, 'staging')
    await import('node:fs/promises').then((fs) => fs.mkdir(staging, { recursive: true }))
    return {
      model,
      brought: await bringFile(
        { origin: file!.origin, directory: staging, name: file!.name, expected: file! },
        { net: context.net },
      ),
    }
  }

  test('brings the bytes, and they are what was promised', async () => {
    const { model, brought } = await bring(reference())
    expect(brought).toMatchObject({ digest, size: content.length })
    for (const { digest: promised, size } of model.files) {
      expect([digest, null]).toContain(promised)
      expect([content.length, null]).toContain(size)
    }
  })

  test('its source is a canonical reference that gives the same bytes', async () => {
    const { source } = await resolveReference(parseReference(reference()), context)
    expect(formatReference(parseReference(source))).toBe(source)
    expect((await bring(source)).brought.digest).toBe(digest)
  })

  test('file names are plain', async () => {
    const { files } = await resolveReference(parseReference(reference()), context)
    for (const { name } of files) expect(name).not.toMatch(/[/\\]|^\.\.?$/)
  })

  test('what is not there is an error that says so, and leaves nothing', async () => {
    const error = await bring(missing()).catch((e: unknown) => e)
    expect(SanjhaError.is(error)).toBe(true)
    expect((error as SanjhaError).code).toMatch(/^(?:model_)?not_found$/)
    const left = await readdir(join(directory, 'staging')).catch(() => [])
    expect(left.filter((name) => !/\.part(?:\.json)?$/.test(name))).toEqual([])
  })

  test('a signal that is aborted already stops it', async () => {
    const controller = new AbortController()
    controller.abort()
    const error = await resolveReference(parseReference(reference()), { ...context, signal: controller.signal })
      .then(
        async ({ files }) =>
          await bringFile(
            { origin: files[0]!.origin, directory, name: 'x', expected: files[0]!, signal: controller.signal },
            { net: context.net },
          ),
      )
      .catch((e: unknown) => e)
    expect(SanjhaError.from(error).code).toBe('cancelled')
  })
})
