import type { StepCost } from '../speculative/StepCost.ts'
import type { ThreadChooser } from '../threads/ThreadController.ts'
import type { NativeContext } from './NativeContext.ts'

/**
 * Finds how many tokens a decode may hold so that each one's logits are, bit for bit, those it gets in a decode of its
 * own. Some kernels treat four or more rows differently (weights that llama.cpp repacks); with those, drafts that are
 * checked together could turn a near tie, so they stay shorter than that.
 *
 * Decodes a few tokens of no meaning one by one and then together; leaves the context empty. On the way it measures what
 * sizes cost. Takes about the time of `4 · longest` tokens, but stops after `limitMs`.
 * @returns at least 1
 */
export async function measureInvariance(
  context: NativeContext,
  options: {
    readonly longest: number
    readonly limitMs: number
    readonly cost: StepCost
    readonly threads: ThreadChooser
    readonly now: () => number
  },
): Promise<number> {
  const { longest, limitMs, cost, threads, now } = options
  const sizes = [longest, 16, 8, 4, 3, 2].filter((size) => size <= longest)
  const token = (i: number): number => 40 + ((i * 7919) % 200)
  const start = now()
  const seen = new Set<number>()
  const run = async (from: number, count: number): Promise<Float32Array[] | undefined> => {
    context.clearBatch()
    const rows = Array.from({ length: count }, (_, i) => context.add(token(from + i), from + i, 0, true))
    const threadCount = threads.next
    context.setThreads(threadCount, threadCount)
    const work = cost.relative(count)
    const limit = threads.limit(work)
    const timer = Number.isFinite(limit) ? setTimeout(() => context.abort(), limit) : undefined
    const before = now()
    const result = await context.decode()
    clearTimeout(timer)
    if (result === 'aborted') {
      threads.abandoned(threadCount, work, now() - before)
      context.trim(0, from)
      return run(from, count)
    }
    if (result !== 'done') return undefined
    // The first decode of a size also sets up its memory.
    if (seen.has(count)) {
      cost.record(count, now() - before)
      threads.record(threadCount, work, now() - before)
    }
    seen.add(count)
    return rows.map((row) => context.logits(row).slice())
  }
  try {
    const alone: Float32Array[] = []
    while (alone.length < longest && (alone.length < 4 || now() - start < limitMs)) {
      const rows = await run(alone.length, 1)
      if (rows === undefined) return 1
      alone.push(...rows)
    }
    for (const size of sizes) {
      if (size > alone.length) continue
      context.trim(0, 0)
      const rows = await run(0, size)
      if (!rows?.every((row, i) => sameBits(row, alone[i] as Float32Array))) continue
      for (const each of sizes) {
        for (let time = 0; time < 2 && each <= size && now() - start < limitMs; time++) {
          context.trim(0, 0)
          await run(0, each)
        }
      }
      return size
    }
    return 1
  } finally {
    context.trim(0, 0)
  }
}

function sameBits(a: Float32Array, b: Float32Array): boolean {
  return (
    Buffer.compare(
      Buffer.from(a.buffer, a.byteOffset, a.byteLength),
      Buffer.from(b.buffer, b.byteOffset, b.byteLength),
    ) === 0
  )
}
