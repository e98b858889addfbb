import { describe, expect, it } from 'vitest'
import { ThreadController } from './ThreadController.ts'

/** A machine of `cores`, of which others keep some busy: more threads than are free spin and wait. */
class SimulatedMachine {
  busy = 0
  elapsed = 0
  readonly cores: number
  constructor(cores: number) {
    this.cores = cores
  }
  /** Milliseconds of one decode that takes 10 ms on one thread. */
  decode(threads: number): number {
    const parallel = 10 * (0.1 + 0.9 / threads)
    const free = Math.max(1, this.cores - this.busy)
    // A thread that shares its core is off it for whole time slices, and all others wait for it.
    const ms = threads <= free ? parallel : parallel + 40 * (threads - free)
    this.elapsed += ms
    return ms
  }
}

function run(controller: ThreadController, machine: SimulatedMachine, decodes: number): void {
  for (let i = 0; i < decodes; i++) {
    const threads = controller.next
    const limit = controller.limit(1)
    const milliseconds = machine.decode(threads)
    if (milliseconds <= limit) controller.record(threads, 1, milliseconds)
    else {
      machine.elapsed -= milliseconds - limit
      controller.abandoned(threads, 1, limit)
    }
  }
}

describe('ThreadController', () => {
  for (const cores of [1, 2, 3, 4, 6, 16, 64]) {
    it(`takes all ${cores} cores of a quiet machine`, () => {
      const controller = new ThreadController({ max: cores })
      run(controller, new SimulatedMachine(cores), 200)
      expect(controller.choice.threads).toBe(cores)
    })

    it(`takes one thread when all ${cores} cores are busy`, () => {
      const machine = new SimulatedMachine(cores)
      machine.busy = cores
      const controller = new ThreadController({ max: cores })
      run(controller, machine, 200)
      expect(controller.choice.threads).toBe(1)
    })
  }

  it('tries again soon after a trial that cost much', () => {
    const controller = new ThreadController({ max: 2 })
    for (let decode = 0; decode < 20; decode++)
      controller.record(controller.next, 1, controller.next === 2 ? 9000 : 3000)
    expect(controller.choice.threads).toBe(1)
    expect(controller.isTrying).toBe(false)
    for (let decode = 0; decode < 9; decode++)
      controller.record(controller.next, 1, controller.next === 2 ? 1600 : 3000)
    expect(controller.choice.threads).toBe(2)
  })

  it('follows a machine that becomes busy and quiet again', () => {
    const machine = new SimulatedMachine(4)
    const controller = new ThreadController({ max: 4 })
    run(controller, machine, 300)
    expect(controller.choice.threads).toBe(4)
    machine.busy = 4
    run(controller, machine, 100)
    expect(controller.choice.threads).toBe(1)
    expect(controller.choice.reason).toContain('other programs need the cores')
    machine.busy = 0
    run(controller, machine, 6000)
    expect(controller.choice.threads).toBe(4)
  })

  it('spends about its budget on trials, on a busy machine too', () => {
    const machine = new SimulatedMachine(2)
    machine.busy = 2
    const controller = new ThreadController({ max: 2 })
    run(controller, machine, 50)
    machine.elapsed = 0
    run(controller, machine, 5000)
    const perDecode = machine.elapsed / 5000
    expect(perDecode / machine.decode(1)).toBeLessThan(1.05)
  })

  it('does not change for noise', () => {
    const machine = new SimulatedMachine(2)
    const controller = new ThreadController({ max: 2 })
    let random = 1
    let changes = 0
    let last = 0
    for (let i = 0; i < 3000; i++) {
      random = (random * 48271) % 2147483647
      const threads = controller.next
      controller.record(threads, 1, machine.decode(threads) * (0.9 + (0.2 * random) / 2147483647))
      if (i > 100 && controller.choice.threads !== last) changes++
      last = controller.choice.threads
    }
    expect(changes).toBeLessThanOrEqual(1)
    expect(last).toBe(2)
  })

  it('begins where it is told', () => {
    expect(new ThreadController({ max: 8, initial: () => 8 }).next).toBe(8)
    expect(new ThreadController({ max: 8, initial: () => 5 }).next).toBe(4)
    expect(new ThreadController({ max: 8, initial: () => 0 }).next).toBe(1)
  })

  it('gives only trials a limit', () => {
    const controller = new ThreadController({ max: 2 })
    expect(controller.limit(1)).toBe(Number.POSITIVE_INFINITY)
    controller.record(1, 1, 10)
    expect(controller.next).toBe(2)
    expect(controller.limit(3)).toBe(60)
    controller.abandoned(2, 3, 60)
    expect(controller.next).toBe(1)
    expect(controller.choice.reason).toContain('2 threads were 2.0 times slower')
  })

  it('ignores decodes that did no work', () => {
    const controller = new ThreadController({ max: 4 })
    controller.record(4, 0, 5)
    controller.record(4, 1, Number.NaN)
    expect(controller.next).toBe(2)
  })
})
