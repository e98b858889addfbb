import { didYouMean } from '../src/core/index.ts'
import { benchmarks } from './benchmarks.ts'
import type { Benchmark } from './contract.ts'

/** Those of these names or groups; all of them when nothing is named. Errors: a plain `Error` for what there is not. */
export function selectBenchmarks(select: readonly string[]): readonly Benchmark[] {
  const groups = [...new Set(benchmarks.map(({ name }) => groupOf(name)))]
  const known = [...groups, ...benchmarks.map(({ name }) => name)]
  const unknown = select.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    const near = didYouMean(unknown, known)
    throw new Error(
      `There is no benchmark “${unknown}”. ${near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'See --list.'}`,
    )
  }
  if (select.length === 0) return benchmarks
  return benchmarks.filter(({ name }) => select.includes(name) || select.includes(groupOf(name)))
}

function groupOf(name: string): string {
  return name.slice(0, name.indexOf('.'))
}
