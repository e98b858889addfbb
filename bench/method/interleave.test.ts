import { expect, it } from 'vitest'
import { interleave, roundsNote } from './interleave.ts'

const signal = new AbortController().signal

it('runs the arms in turn, in the one order and then in the other, and counts no warm-up', async () => {
  const order: string[] = []
  const arm = (name: string, factor: number) => ({
    name,
    run: async (round: number) => {
      order.push(`${name}${round}`)
      return { speed: factor * (round + 1) }
    },
  })
  const rounds = await interleave([arm('a', 1), arm('b', 10)], { rounds: 2, signal })
  expect(order).toEqual(['b-1', 'a-1', 'a0', 'b0', 'b1', 'a1'])
  expect(rounds('a', 'speed')).toEqual([1, 2])
  expect(rounds('b', 'speed')).toEqual([10, 20])
})

it('does not warm up what warms itself up', async () => {
  const seen: number[] = []
  const arm = (name: string, warmsItself: boolean) => ({
    name,
    warmsItself,
    run: async (round: number) => {
      if (warmsItself) seen.push(round)
      return { x: round }
    },
  })
  const rounds = await interleave([arm('a', true), arm('b', false)], { rounds: 2, warmUps: 2, signal })
  expect(seen).toEqual([0, 1])
  expect(rounds('b', 'x')).toEqual([0, 1])
})

it('ends after three rounds when its time is up, without warming up, and says so', async () => {
  let ran = 0
  const arm = { name: 'a', run: async () => ({ x: ++ran }) }
  const rounds = await interleave([arm], { rounds: 9, budgetMs: -1, signal })
  expect(rounds('a', 'x')).toEqual([1, 2, 3])
  expect(roundsNote(3, 9)).toEqual([expect.stringContaining('3 of 9')])
  expect(roundsNote(9, 9)).toEqual([])
})

it('stops when it is told to', async () => {
  const stop = new AbortController()
  let ran = 0
  const arm = {
    name: 'a',
    run: async () => {
      if (++ran === 2) stop.abort(new Error('enough'))
      return { x: 1 }
    },
  }
  await expect(interleave([arm], { rounds: 9, signal: stop.signal })).rejects.toThrow('enough')
  expect(ran).toBe(2)
})
