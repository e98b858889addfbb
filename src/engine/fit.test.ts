import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseContext, estimateFit, memoryNeed } from './fit.ts'

const GiB = 1024 ** 3
const small = { weightsBytes: 100_000_000, contextBytesPerToken: 23_040, contextLength: 8192 }
const long = { weightsBytes: 220_000_000, contextBytesPerToken: 28_672, contextLength: 131_072 }

describe('memoryNeed', () => {
  it('adds up', () => {
    const need = memoryNeed(small, 1000)
    expect(need.contextBytes).toBe(3 * 23_040_000)
    expect(memoryNeed(small, 8192).contextBytes).toBe((8192 + 4096 + 8192) * 23_040)
    expect(need.totalBytes).toBe(need.weightsBytes + need.contextBytes + need.overheadBytes)
  })

  it('guesses the context’s cost where the header does not say', () => {
    expect(memoryNeed({ ...small, contextBytesPerToken: null }, 1000).contextBytes).toBeGreaterThan(0)
  })
})

describe('chooseContext', () => {
  it('gives a model its own length when that is small', () => {
    expect(chooseContext(small, 16 * GiB, 16 * GiB)).toBe(8192)
  })

  it('does not set aside gigabytes for a long context nobody asked for', () => {
    const chosen = chooseContext(long, 8 * GiB, 8 * GiB)
    expect(chosen).toBeGreaterThan(8192)
    expect(memoryNeed(long, chosen).contextBytes).toBeLessThanOrEqual(GiB)
  })

  it('shrinks to what is free, and not below what is useful', () => {
    const free = memoryNeed(long, 5000).totalBytes
    expect(chooseContext(long, 8 * GiB, free)).toBe(4864)
    expect(chooseContext(long, 8 * GiB, 1)).toBe(2048)
    expect(chooseContext({ ...long, contextLength: 512 }, 8 * GiB, 1)).toBe(512)
  })

  it('never exceeds the model’s own length, and fits whenever the smallest does', () => {
    fc.assert(
      fc.property(
        fc.record({
          weightsBytes: fc.integer({ min: 1_000_000, max: 40 * GiB }),
          contextBytesPerToken: fc.option(fc.integer({ min: 64, max: 1_000_000 })),
          contextLength: fc.option(fc.integer({ min: 1, max: 1_000_000 })),
        }),
        fc.integer({ min: 0, max: 64 * GiB }),
        (model, free) => {
          const chosen = chooseContext(model, 64 * GiB, free)
          expect(Number.isInteger(chosen)).toBe(true)
          expect(chosen).toBeGreaterThan(0)
          expect(chosen).toBeLessThanOrEqual(model.contextLength ?? Number.POSITIVE_INFINITY)
          const smallest = Math.min(model.contextLength ?? 2048, 2048)
          if (memoryNeed(model, smallest).totalBytes <= free) {
            expect(memoryNeed(model, chosen).totalBytes).toBeLessThanOrEqual(free)
          }
        },
      ),
    )
  })
})

describe('estimateFit', () => {
  it('says no with the numbers, and the longest context that would do', () => {
    const need = memoryNeed(long, 40_000)
    const fit = estimateFit(long, need.totalBytes - 1, 40_000)
    expect(fit.fits).toBe(false)
    expect(fit.largestContext).toBe(39_999)
    expect(estimateFit(long, need.totalBytes, 40_000).fits).toBe(true)
    expect(estimateFit(long, 1000).largestContext).toBe(0)
  })
})
