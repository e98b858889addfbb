import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choosePlacement, commonPrefix, type Slot } from './Slot.ts'
import type { Task } from './Task.ts'

const busy = {} as Task
const slot = (sequence: number, cells: number[], usedAt = sequence, task?: Task): Slot => ({
  sequence,
  cells,
  exactCells: 0,
  isSecret: false,
  task,
  usedAt,
})

describe('choosePlacement', () => {
  it('goes on where the chat was', () => {
    const slots = [slot(0, [1, 2, 3]), slot(1, [7, 8, 9])]
    expect(choosePlacement(slots, [7, 8, 9, 10], 3, true)).toEqual({ slot: slots[1], source: slots[1], length: 3 })
  })

  it('shares a system prompt instead of overwriting a long chat that begins with it', () => {
    const slots = [slot(0, [1, 2, 3, 4, 5, 6, 7, 8, 9]), slot(1, [])]
    expect(choosePlacement(slots, [1, 2, 3, 99], 3, true)).toEqual({ slot: slots[1], source: slots[0], length: 3 })
  })

  it('shares with a busy slot too', () => {
    const slots = [slot(0, [1, 2, 3], 5, busy), slot(1, [4], 1), slot(2, [5], 2)]
    expect(choosePlacement(slots, [1, 2, 9], 2, true)).toEqual({ slot: slots[1], source: slots[0], length: 2 })
  })

  it('keeps to idle slots where nothing can be shared', () => {
    const slots = [slot(0, [1, 2, 3], 5, busy), slot(1, [1], 1)]
    expect(choosePlacement(slots, [1, 2, 9], 2, false)).toEqual({ slot: slots[1], source: slots[1], length: 1 })
  })

  it('takes an empty slot, else the one used longest ago, when nothing is in common', () => {
    expect(choosePlacement([slot(0, [5], 1), slot(1, [])], [1], 0, true)?.slot.sequence).toBe(1)
    expect(choosePlacement([slot(0, [5], 9), slot(1, [6], 3)], [1], 0, true)?.slot.sequence).toBe(1)
  })

  it('finds none when all are busy', () => {
    expect(choosePlacement([slot(0, [], 0, busy)], [1], 0, true)).toBeUndefined()
  })

  it('never reuses more than is equal and allowed, and gives an idle slot', () => {
    const tokens = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 8 })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(tokens, fc.boolean(), fc.nat(9)), { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        (list, prompt, canShare) => {
          const slots = list.map(([cells, isBusy, usedAt], i) => slot(i, cells, usedAt, isBusy ? busy : undefined))
          const placement = choosePlacement(slots, prompt, prompt.length - 1, canShare)
          if (placement === undefined) {
            expect(slots.every((each) => each.task !== undefined)).toBe(true)
            return
          }
          const { slot: chosen, source, length } = placement
          expect(chosen.task).toBeUndefined()
          expect(length).toBeLessThanOrEqual(Math.min(commonPrefix(source.cells, prompt), prompt.length - 1))
          if (!canShare) expect(source).toBe(chosen)
          const best = Math.max(...slots.map((each) => Math.min(commonPrefix(each.cells, prompt), prompt.length - 1)))
          if (canShare) expect(length).toBe(best)
        },
      ),
    )
  })
})
