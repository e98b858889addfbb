import fc from 'fast-check'
import { expect, it } from 'vitest'
import { reserveFor, turnsToLeaveOut } from './leaveOut.ts'

it('leaves out as few of the oldest turns as will do, and counts seldom', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1, max: 4_000 }),
      async (turns, room) => {
        const tokens = (dropped: number): number => turns.slice(dropped).reduce((sum, n) => sum + n, 0)
        let counted = 0
        const droppable = turns.length - 1
        const dropped = await turnsToLeaveOut(droppable, room, (n) => {
          counted++
          return tokens(n)
        })
        const naive = turns.findIndex((_, n) => tokens(n) <= room)
        expect(dropped).toBe(naive < 0 ? droppable : naive)
        expect(counted).toBeLessThanOrEqual(2 + Math.ceil(Math.log2(turns.length + 1)))
      },
    ),
  )
})

it.each([
  ['a limit of its own', 100, 4_096, 100],
  ['none, in a large context', undefined, 32_768, 1_024],
  ['none, in a small one', undefined, 2_048, 512],
  ['one as large as the context', 4_096, 4_096, 2_048],
  ['nothing but the prompt', 0, 4_096, 0],
])('keeps room for an answer with %s', (_, maxTokens, context, reserved) => {
  expect(reserveFor(maxTokens, context)).toBe(reserved)
})
