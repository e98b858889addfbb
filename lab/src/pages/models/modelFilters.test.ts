import fc from 'fast-check'
import { expect, it } from 'vitest'
import { mergeModels } from './mergeModels.ts'
import {
  filterRows,
  kinds,
  type ModelFilters,
  noFilters,
  readFilters,
  sortKeys,
  wheres,
  writeFilters,
} from './modelFilters.ts'
import { catalogFile, catalogModel, loadedModel, nothingListed, storedModel } from './testing.ts'

const filters: fc.Arbitrary<ModelFilters> = fc.record({
  text: fc.string(),
  where: fc.constantFrom(...wheres),
  kind: fc.constantFrom(...kinds),
  openOnly: fc.boolean(),
  fitsOnly: fc.boolean(),
  sort: fc.option(fc.record({ by: fc.constantFrom(...sortKeys), descending: fc.boolean() })),
})

it('what is written into an address is read from it again, and the rest of the address stays', () => {
  fc.assert(
    fc.property(filters, (wanted) => {
      const written = new URLSearchParams(
        writeFilters(new URLSearchParams('lang=pa&q=old&sort=name'), wanted).toString(),
      )
      expect(readFilters(written)).toEqual(wanted)
      expect(written.get('lang')).toBe('pa')
    }),
  )
})

it('takes nothing from an address that it does not understand', () => {
  fc.assert(
    fc.property(fc.webQueryParameters(), (search) => {
      const { where, kind, sort } = readFilters(new URLSearchParams(search))
      expect(wheres).toContain(where)
      expect(kinds).toContain(kind)
      expect(sort === null || sortKeys.includes(sort.by)).toBe(true)
    }),
  )
  expect(readFilters(new URLSearchParams('where=toString&kind=x&open=yes&fits=0&sort=--size'))).toEqual(noFilters)
})

const fit = { needBytes: 1, availableBytes: 2, contextLength: 3, largestContext: null, reason: null, reasonCode: null }
const rows = mergeModels({
  ...nothingListed,
  stored: [
    storedModel('granite', { fit: { ...fit, fits: true } }),
    storedModel('vectors', { capabilities: ['embedding'], openLicense: false, license: 'LicenseRef-X' }),
  ],
  loaded: [loadedModel('vectors')],
  served: [{ id: 'far/x', owned_by: 'far', parent: null, max_model_len: null }],
  catalog: [catalogModel('big', [catalogFile({ fit: { ...fit, fits: false } })])],
})

it.each([
  [{}, ['vectors', 'granite', 'far/x', 'big:q4_k_m']],
  [{ text: 'GRA  apache' }, ['granite']],
  [{ text: 'somebody q4_k' }, ['big:q4_k_m']],
  [{ text: 'granite nothing' }, []],
  [{ where: 'here' }, ['vectors', 'granite']],
  [{ where: 'loaded' }, ['vectors']],
  [{ where: 'remote' }, ['far/x']],
  [{ where: 'catalogue' }, ['big:q4_k_m']],
  [{ kind: 'embedding' }, ['vectors']],
  [{ kind: 'chat' }, ['granite', 'far/x', 'big:q4_k_m']],
  [{ openOnly: true }, ['granite', 'big:q4_k_m']],
  [{ fitsOnly: true }, ['granite', 'far/x']],
] as const)('%j shows %j', (changes, names) => {
  expect(filterRows(rows, { ...noFilters, ...changes }).map(({ name }) => name)).toEqual(names)
})
