import fc from 'fast-check'
import { expect, it } from 'vitest'
import { modelFit } from './modelFit.ts'

const GiB = 1024 ** 3
const engine = { kvType: 'f16', contextLength: null } as const
const seen = {
  weightsBytes: GiB,
  contextBytesPerToken: 32 * 1024,
  contextLength: 32_768,
  wrongFormat: null,
  isMeasured: true,
}

it('says what is needed, what there is, and how much context would be had', () => {
  const fit = modelFit(seen, 8 * GiB, engine)
  expect(fit).toMatchObject({ fits: true, availableBytes: 8 * GiB, reason: null, reasonCode: null })
  expect(fit.largestContext).toBe(32_768)
  expect(fit.needBytes).toBeGreaterThan(GiB)
})

it('says in numbers why a model does not fit', () => {
  const fit = modelFit(seen, GiB, engine)
  expect(fit).toMatchObject({ fits: false, reasonCode: 'too_large', largestContext: 0 })
  expect(fit.reason).toMatch(/^It needs about 1\.\d+ GiB with 2048 tokens .* 1\.00 GiB here now\.$/)
})

it('heeds the configured context and how it is stored', () => {
  expect(modelFit(seen, 8 * GiB, { ...engine, contextLength: 4096 }).contextLength).toBe(4096)
  expect(modelFit(seen, 8 * GiB, { ...engine, contextLength: 1e6 }).contextLength).toBe(32_768)
  const small = modelFit(seen, 8 * GiB, { contextLength: 8192, kvType: 'q4_0' })
  expect(small.needBytes).toBeLessThan(modelFit(seen, 8 * GiB, { ...engine, contextLength: 8192 }).needBytes)
})

it('tells a guess from what a header says', () => {
  const guess = modelFit({ ...seen, contextBytesPerToken: null, isMeasured: false }, 8 * GiB, engine)
  expect(guess).toMatchObject({ fits: true, largestContext: null, reasonCode: 'estimated_from_size' })
  const wrong = modelFit({ ...seen, wrongFormat: 'safetensors' }, 8 * GiB, engine)
  expect(wrong).toMatchObject({ fits: false, reasonCode: 'wrong_format' })
  expect(wrong.reason).toContain('safetensors')
})

it('never says of less memory that more fits, and always gives a reason for a no', () => {
  const question = fc.record({
    weightsBytes: fc.integer({ min: 1, max: 2 ** 45 }),
    contextBytesPerToken: fc.option(fc.integer({ min: 1, max: 2 ** 20 })),
    contextLength: fc.option(fc.integer({ min: 1, max: 2 ** 21 })),
    wrongFormat: fc.constant(null),
    isMeasured: fc.boolean(),
  })
  fc.assert(
    fc.property(question, fc.nat(2 ** 40), fc.nat(2 ** 40), (asked, room, more) => {
      const [tight, roomy] = [modelFit(asked, room, engine), modelFit(asked, room + more, engine)]
      if (tight.fits) expect(roomy.fits).toBe(true)
      expect(tight.fits || tight.reason !== null).toBe(true)
      expect(tight.fits).toBe(tight.needBytes <= room)
    }),
  )
})
