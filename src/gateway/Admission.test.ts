import fc from 'fast-check'
import { expect, it } from 'vitest'
import { systemClock } from '../core/index.ts'
import { Admission } from './Admission.ts'

const never = new AbortController().signal

it('lets in so many, keeps so many waiting in their order, and refuses the rest', async () => {
  const admission = new Admission({ maxConcurrent: 2, maxQueue: 2 }, systemClock)
  const order: string[] = []
  const enter = (name: string): Promise<() => void> =>
    admission.enter(never).then((leave) => {
      order.push(name)
      return leave
    })
  const [a, b] = await Promise.all([enter('a'), enter('b')])
  const c = enter('c')
  const d = enter('d')
  await expect(enter('e')).rejects.toMatchObject({
    code: 'overloaded',
    status: 503,
    retryable: true,
    details: { running: 2, waiting: 2, retryAfterSeconds: expect.any(Number) },
  })
  expect(order).toEqual(['a', 'b'])
  b()
  b() // giving back twice changes nothing
  ;(await c)()
  ;(await d)()
  a()
  expect(order).toEqual(['a', 'b', 'c', 'd'])
  await (await enter('f'))()
})

it('a waiter that gives up makes room for the next', async () => {
  const admission = new Admission({ maxConcurrent: 1, maxQueue: 1 }, systemClock)
  const leave = await admission.enter(never)
  const gone = new AbortController()
  const waiting = admission.enter(gone.signal)
  gone.abort(new Error('gone'))
  await expect(waiting).rejects.toThrow('gone')
  const next = admission.enter(never)
  leave()
  ;(await next)()
  await expect(admission.enter(AbortSignal.abort(new Error('late')))).rejects.toThrow('late')
})

it('with no queue at all it still lets in what there is room for', async () => {
  const admission = new Admission({ maxConcurrent: 1, maxQueue: 0 }, systemClock)
  const leave = await admission.enter(never)
  await expect(admission.enter(never)).rejects.toMatchObject({ code: 'overloaded' })
  leave()
  ;(await admission.enter(never))()
})

it('whatever comes and goes, the limits hold and nobody is lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 0, max: 4 }),
      fc.array(fc.constantFrom('enter', 'leave', 'give up'), { maxLength: 60 }),
      async (maxConcurrent, maxQueue, acts) => {
        let reported = { running: 0, waiting: 0 }
        const admission = new Admission({ maxConcurrent, maxQueue }, systemClock, (running, waiting) => {
          reported = { running, waiting }
          if (running > maxConcurrent || waiting > maxQueue || running < 0) throw new Error('limit broken')
        })
        const inside: (() => void)[] = []
        const outside: AbortController[] = []
        let settled = 0
        let entered = 0
        for (const act of acts) {
          if (act === 'enter') {
            const gone = new AbortController()
            outside.push(gone)
            entered++
            admission.enter(gone.signal).then(
              (leave) => {
                settled++
                inside.push(leave)
              },
              () => settled++,
            )
          } else if (act === 'leave') inside.shift()?.()
          else outside.shift()?.abort(new Error('gone'))
          await Promise.resolve()
        }
        while (reported.running > 0 || reported.waiting > 0 || inside.length > 0) {
          inside.shift()?.()
          await new Promise((resolve) => setImmediate(resolve))
        }
        await new Promise((resolve) => setImmediate(resolve))
        for (const leave of inside) leave()
        expect(settled).toBe(entered)
        expect(reported).toEqual({ running: 0, waiting: 0 })
      },
    ),
    { numRuns: 100 },
  )
})
