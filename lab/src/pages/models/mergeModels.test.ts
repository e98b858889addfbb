import { expect, it } from 'vitest'
import { type CatalogModel, mergeModels, type StoredModel } from './mergeModels.ts'

const stored = (name: string): StoredModel => ({
  name,
  digest: `sha256:${name}`,
  size: 1,
  license: 'Apache-2.0',
  parameters: 2,
  quantization: 'Q4_1',
  contextLength: 3,
})

const known = (id: string, files: Partial<CatalogModel['files'][number]>[]): CatalogModel => ({
  id,
  license: 'MIT',
  parameters: '350M',
  contextLength: 4,
  files: files.map((file) => ({
    file: 'a.gguf',
    role: 'weights',
    sha256: 'x',
    size: 5,
    quantization: 'Q4_K_M',
    ...file,
  })),
})

it('puts what is in memory first, then what is stored, then what could be fetched', () => {
  const rows = mergeModels([stored('b'), stored('a'), stored('c')], [known('d', [{}])], new Set(['c']))
  expect(rows.map(({ name, place }) => [name, place])).toEqual([
    ['c', 'loaded'],
    ['a', 'stored'],
    ['b', 'stored'],
    ['d:q4_k_m', 'catalog'],
  ])
})

it('leaves out what is here already, what is no model, and what nobody could verify', () => {
  const catalog = [known('a', [{}]), known('z', [{ role: 'projector' }, { sha256: null }, { quantization: null }])]
  expect(mergeModels([stored('a:q4_1')], catalog, new Set()).map(({ name }) => name)).toEqual(['a:q4_1', 'z'])
})
