import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { defaultConfig, openDatabase } from '../core/index.ts'
import { type CatalogData, openCatalog } from './catalog/index.ts'
import { createModels, type ModelsRoom } from './createModels.ts'
import { digestOf } from './digest.ts'
import { modelsMigrations } from './store/index.ts'
import { makeGguf, tinyGguf, tinyMetadata, tinyTensors } from './testing/makeGguf.ts'

let directory: string
let models: ModelsRoom
const bytes = (fill: number): string => digestOf(tinyGguf(fill)).slice(7)

/** A catalogue of two models: one in two quantisations, one without a digest. */
const data = {
  date: '2026-11-24',
  licenses: { MIT: { name: 'MIT License', open: true, restrictions: null } },
  statedBy: { cards: 'the model cards' },
  models: [
    {
      id: 'tiny-1b',
      name: 'Tiny 1B',
      family: 'tiny',
      organization: 'Ann',
      shortNames: ['tiny', 'tiny:1b', 'tiny-1b'],
      purpose: ['chat'],
      parameters: '1B',
      contextLength: 2048,
      license: 'MIT',
      openLicense: true,
      licenseBasis: 'sources',
      licenseSources: ['cards'],
      defaults: { temperature: 0.3 },
      lineage: null,
      openness: null,
      weights: null,
      notes: 'A note.',
      files: [
        ['Q4_K_M', 1],
        ['Q8_0', 2],
      ].map(([quantization, fill]) => ({
        file: `tiny-${quantization}.gguf`,
        role: 'weights',
        quantization: String(quantization),
        sha256: bytes(Number(fill)),
        size: tinyGguf().length,
        confidence: 'corroborated',
        publisher: 'model-author',
        sources: [`hf://ann/tiny/tiny-${quantization}.gguf`],
        stated: [],
      })),
    },
  ],
} satisfies CatalogData as CatalogData

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sanjha-models-'))
  models = createModels({
    paths: { store: join(directory, 'store') },
    database: openDatabase(join(directory, 'sanjha.db'), modelsMigrations),
    catalog: openCatalog(data),
    config: { ...defaultConfig(), network: { ...defaultConfig().network, offline: true } },
    env: {},
    cwd: directory,
  })
})

async function file(name: string, content: Uint8Array = tinyGguf(1)): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, content)
  return path
}

describe('find', () => {
  it('knows a model by every way to say it', async () => {
    const path = await file('some.gguf')
    const { digest } = await models.pull(path)
    for (const name of [
      path,
      `file://${path}`,
      './some.gguf',
      digest,
      digest.slice(7, 19),
      'tiny',
      'TINY:latest',
      'tiny:1b',
      'tiny:1b-q4_k_m',
      'tiny-1b:q4_k_m',
      'hf://ann/tiny/tiny-Q4_K_M.gguf',
      'https://huggingface.co/ann/tiny/resolve/main/tiny-Q4_K_M.gguf',
    ]) {
      expect((await models.find(name))?.digest, name).toBe(digest)
    }
    for (const name of ['tiny:1b-q8_0', 'other', 'hf://ann/tiny/tiny-Q8_0.gguf', '', 'a b', '../x', 'sha256:00000000'])
      expect(await models.find(name), name).toBeUndefined()
  })

  it('takes another quantisation for a short name that asks for none', async () => {
    const { digest } = await models.pull(await file('q8.gguf', tinyGguf(2)))
    expect((await models.find('tiny'))?.digest).toBe(digest)
    expect(await models.find('tiny:1b-q4_k_m')).toBeUndefined()
    const preferred = await models.pull(await file('q4.gguf', tinyGguf(1)))
    expect((await models.find('tiny'))?.digest).toBe(preferred.digest)
  })

  it('tells what the catalogue knows about exactly these bytes, and where it disagrees with the file', async () => {
    const known = await models.pull(await file('known.gguf'))
    expect(known).toMatchObject({
      license: 'MIT',
      licenseSource: 'the catalogue (the model cards); the file’s header says Apache-2.0',
      catalog: { id: 'tiny-1b', confidence: 'corroborated', notes: 'A note.' },
      defaults: { temperature: 0.3 },
    })
    expect(known.sources.at(-1)).toEqual({ reference: 'hf://ann/tiny/tiny-Q4_K_M.gguf', fetched: null })
    const other = await models.pull(await file('other.gguf', tinyGguf(9)))
    expect(other).toMatchObject({ license: 'Apache-2.0', catalog: null, defaults: {} })
  })
})

describe('remove', () => {
  it('takes a short name for the model that it means, whatever that is stored as', async () => {
    const { digest } = await models.pull(await file('some.gguf'))
    await models.copy('tiny', 'mine')
    expect(await models.removal('tiny')).toEqual({
      removes: [expect.stringMatching(/^file:.*some\.gguf$/)],
      freedBytes: 0,
      sharedBytes: tinyGguf().length,
    })
    // The user's own name keeps it.
    expect(await models.remove('tiny')).toEqual({ removed: 'tiny', freedBytes: 0 })
    expect((await models.find('mine'))?.digest).toBe(digest)
    const last = await models.removal('mine')
    expect(last).toEqual({ removes: ['mine'], freedBytes: expect.any(Number), sharedBytes: 0 })
    expect(last.freedBytes).toBeGreaterThan(tinyGguf().length)
    expect((await models.remove('mine')).freedBytes).toBe(last.freedBytes)
    await expect(models.removal('mine')).rejects.toMatchObject({ code: 'model_not_found' })
    expect(await models.list()).toEqual([])
  })

  it('takes a name that the user gave for itself alone', async () => {
    const { digest } = await models.pull(await file('some.gguf'))
    await models.copy('tiny', 'mine')
    expect(await models.remove('mine')).toEqual({ removed: 'mine', freedBytes: 0 })
    expect((await models.find('tiny'))?.digest).toBe(digest)
  })

  it('takes a digest for the model and all its names', async () => {
    const { digest } = await models.pull(await file('some.gguf'))
    await models.copy('tiny', 'mine')
    await models.remove(digest.slice(0, 20))
    expect(await models.list()).toEqual([])
  })

  it('names the nearest when there is no such model', async () => {
    await models.pull(await file('some.gguf'))
    await models.copy('tiny', 'minestrone')
    await expect(models.remove('minestron')).rejects.toMatchObject({
      code: 'model_not_found',
      hint: expect.stringContaining('`minestrone`'),
    })
  })
})

describe('copy', () => {
  it.each(['hf://a/b', 'a b', '../x', '', 'x:', 'sha256:0123456789abcdef', 'deadbeef'])(
    'refuses the name %j',
    async (name) => {
      await models.pull(await file('some.gguf'))
      await expect(models.copy('tiny', name)).rejects.toMatchObject({ code: 'invalid_reference' })
    },
  )

  it('takes the names that Ollama’s clients give', async () => {
    const { digest } = await models.pull(await file('some.gguf'))
    for (const name of ['mine', 'mine:v1', 'ann/mine:V1']) {
      expect((await models.copy('tiny', name)).digest).toBe(digest)
      expect((await models.find(name))?.digest).toBe(digest)
    }
    expect((await models.find('mine:latest'))?.digest).toBe(digest)
  })
})

describe('pull', () => {
  it('gives what is stored without asking anybody', async () => {
    const { digest } = await models.pull(await file('some.gguf'))
    expect((await models.pull('tiny')).digest).toBe(digest)
    await expect(models.pull('tiny', { force: true })).rejects.toMatchObject({ code: 'network_unreachable' })
  })

  it('fetches again what is damaged, and says so', async () => {
    const path = await file('some.gguf')
    const { files, digest } = await models.pull(path)
    const blob = files[0]?.path ?? ''
    const said: string[] = []
    const again = (force: boolean) =>
      models.pull(path, { force, onProgress: ({ message }) => said.push(message ?? '') })
    const damages: [boolean, () => Promise<void>][] = [
      [false, () => rm(blob)],
      [false, () => truncate(blob, 5000)],
      [true, async () => writeFile(blob, tinyGguf(77))],
    ]
    for (const [force, damage] of damages) {
      // The staged copy may share its bytes with the original, so the blob gets bytes of its own first.
      await writeFile(`${blob}.own`, tinyGguf(1))
      await rename(`${blob}.own`, blob)
      await damage()
      said.length = 0
      await again(force)
      expect(said.join()).toContain('is damaged and is fetched again')
      expect(digestOf(await readFile(blob))).toBe(files[0]?.digest)
      expect(await models.store.verify(digest)).toEqual([])
    }
  })

  it('looks again at a file that was written to since, and not at one that is gone', async () => {
    const path = await file('some.gguf')
    const old = await models.pull(path)
    await writeFile(path, tinyGguf(5))
    const later = Date.now() / 1000 + 60
    await utimes(path, later, later)
    const young = await models.pull(path)
    expect(young.files[0]?.digest).toBe(digestOf(tinyGguf(5)))
    expect((await models.find(path))?.digest).toBe(young.digest)
    expect(await models.find(old.digest)).toBeDefined()
    await rm(path)
    expect((await models.pull(path)).digest).toBe(young.digest)
  })

  it('takes no file for changed that is the stored one itself, until something is written into it', async ({
    skip,
  }) => {
    const path = await file('some.gguf')
    await chmod(path, 0o444)
    const { files } = await models.pull(path)
    const inode = async (of: string): Promise<number> => (await stat(of)).ino
    if ((await inode(path)) !== (await inode(files[0]?.path ?? ''))) return skip('no hard links here')
    // Every link changes the file’s ctime; so does this, surely later than the clock of the file system is coarse.
    await delay(50)
    await chmod(path, 0o644)
    expect(await models.hasChanged(path)).toBe(false)
    await writeFile(path, tinyGguf(5))
    const later = Date.now() / 1000 + 60
    await utimes(path, later, later)
    expect(await models.hasChanged(path)).toBe(true)
    expect((await models.pull(path)).files[0]?.digest).toBe(digestOf(tinyGguf(5)))
  })

  it('changes nothing when the file is no model', async () => {
    await models.pull(await file('good.gguf'))
    const index = join(directory, 'store', 'index.json')
    const before = await readFile(index, 'utf8')
    const cut = makeGguf({ metadata: tinyMetadata, tensors: tinyTensors }).subarray(0, 5000)
    await expect(models.pull(await file('cut.gguf', cut))).rejects.toMatchObject({ code: 'invalid_file' })
    expect(await readFile(index, 'utf8')).toBe(before)
  })

  it('refuses to push to what is no registry', async () => {
    await models.pull(await file('some.gguf'))
    await expect(models.push('tiny', 'hf://ann/tiny')).rejects.toMatchObject({ code: 'invalid_reference' })
    await expect(models.push('nosuch', 'oci://localhost:1/x')).rejects.toMatchObject({ code: 'model_not_found' })
  })
})

it('takes no whole file when it tidies up, also where the index was lost, and a pull finds it again', async () => {
  const path = await file('some.gguf')
  const { files, digest } = await models.pull(path)
  const folder = dirname(files[0]?.path ?? '')
  const names = await readdir(folder)
  for (const name of names) await utimes(join(folder, name), 0, 0)
  await rm(join(directory, 'store', 'index.json'))
  expect(await models.prune()).toEqual({ freedBytes: 0, removed: 0 })
  expect(await readdir(folder)).toEqual(names)
  expect((await models.pull(path)).digest).toBe(digest)
})

it('suggests names that are stored and names that could be', async () => {
  await models.pull(await file('some.gguf'))
  await models.copy('tiny', 'minestrone')
  expect(await models.suggest('minestroni')).toEqual(['minestrone'])
  expect(await models.suggest('tinny')).toContain('tiny')
  expect(await models.suggest('somethingelseentirely')).toEqual([])
})

it('says whose fault it is when the store cannot be used', async () => {
  const blocked = createModels({
    paths: { store: join(await file('a-file'), 'store') },
    database: openDatabase(':memory:', modelsMigrations),
    config: defaultConfig(),
    env: {},
  })
  const path = await file('some.gguf')
  for (const attempt of [() => blocked.list(), () => blocked.find('tiny'), () => blocked.pull(path)])
    await expect(attempt()).rejects.toMatchObject({ code: 'forbidden', message: expect.stringContaining('is a file') })
})
