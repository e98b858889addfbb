import { expect, it } from 'vitest'
import { mergeModels } from './mergeModels.ts'
import { catalogFile, catalogModel, loadedModel, nothingListed, pullRun, storedModel } from './testing.ts'

const seen = (lists: Parameters<typeof mergeModels>[0]) =>
  mergeModels(lists).map(({ name, place }) => `${name}: ${place}`)

it('puts what is on its way first, then memory, store, remote engines and the catalogue', () => {
  expect(
    seen({
      stored: ['b', 'a', 'c'].map((name) => storedModel(name)),
      catalog: [catalogModel('d', [catalogFile()]), catalogModel('e', [catalogFile()])],
      served: [
        { id: 'a', owned_by: 'sanjha', parent: null, max_model_len: 1 },
        { id: 'far/f', owned_by: 'far', parent: null, max_model_len: null },
        { id: 'adapter', owned_by: 'sanjha', parent: 'a', max_model_len: 2 },
      ],
      loaded: [loadedModel('c')],
      pulls: [pullRun('e:q4_k_m'), pullRun('hf://x/y')],
    }),
  ).toEqual([
    'hf://x/y: pulling',
    'e:q4_k_m: pulling',
    'c: loaded',
    'a: stored',
    'b: stored',
    'far/f: remote',
    'adapter: stored',
    'd:q4_k_m: catalog',
  ])
})

it('leaves out of the catalogue what is here under any name, but not its other quantisations', () => {
  const catalog = [catalogModel('a', [catalogFile(), catalogFile({ quantization: 'Q8_0', file: 'a8.gguf' })])]
  expect(seen({ ...nothingListed, catalog, stored: [storedModel('mine', { aliases: ['a:q4_k_m'] })] })).toEqual([
    'mine: stored',
    'a:q8_0: catalog',
  ])
})

it('says which catalogued files a name leads to, and by what the others can be had', () => {
  const catalog = [
    catalogModel('a', [
      catalogFile({ sha256: null, sources: ['hf://first'] }),
      catalogFile({ file: 'other.gguf', sources: ['hf://second'] }),
      catalogFile({ role: 'projector', file: 'p.gguf', quantization: 'F16' }),
    ]),
    catalogModel('b', [catalogFile({ sha256: null, sources: ['hf://b'] })]),
    catalogModel('c', [catalogFile({ file: 'c.onnx', quantization: 'INT8 (ONNX)', sources: ['hf://c.onnx'] })]),
    catalogModel('d', []),
  ]
  expect(
    mergeModels({ ...nothingListed, catalog }).map(({ name, reference, obstacle }) => [name, reference, obstacle]),
  ).toEqual([
    ['a:q4_k_m', 'a:q4_k_m', null],
    ['b:q4_k_m', 'hf://b', 'unverified'],
    ['c/c.onnx', 'hf://c.onnx', 'format'],
    ['d', null, 'nowhere'],
  ])
})

it('gives every line a key of its own', () => {
  const catalog = [catalogModel('a', [catalogFile(), catalogFile(), catalogFile({ quantization: null })])]
  const rows = mergeModels({ ...nothingListed, catalog, stored: [storedModel('a')], pulls: [pullRun('a:q8_0')] })
  expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length)
})

it('shows the last pull of a model where the model is, by whatever name it was asked for', () => {
  const catalog = [catalogModel('a', [catalogFile({ sources: ['hf://x/a.gguf'] })], { shortNames: ['short'] })]
  for (const name of ['a:q4_k_m', 'A:Q4_K_M', 'short', 'hf://x/a.gguf']) {
    const [row, ...others] = mergeModels({ ...nothingListed, catalog, pulls: [pullRun(name)] })
    expect([row?.name, row?.place, row?.pull?.input.model, others]).toEqual(['a:q4_k_m', 'pulling', name, []])
  }
})

it('forgets what failed once the model is here or a later pull brought it', () => {
  const failed = pullRun('a', { state: 'failed' })
  const rows = (lists: Partial<Parameters<typeof mergeModels>[0]>) => mergeModels({ ...nothingListed, ...lists })
  expect(rows({ pulls: [failed] })[0]?.pull).toBe(failed)
  expect(rows({ pulls: [failed], stored: [storedModel('a')] }).map(({ pull }) => pull)).toEqual([null])
  expect(rows({ pulls: [pullRun('a', { state: 'succeeded' }), failed] })).toEqual([])
  const again = pullRun('a')
  expect(rows({ pulls: [again, failed], stored: [storedModel('a')] })[0]?.pull).toBe(again)
})
