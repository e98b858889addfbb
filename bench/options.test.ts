import { expect, it } from 'vitest'
import { benchmarks } from './benchmarks.ts'
import { parseOptions } from './options.ts'
import { selectBenchmarks } from './selectBenchmarks.ts'

it('knows its flags and refuses others', () => {
  expect(parseOptions(['engine', 'cli', '--rounds', '3', '--quick'])).toEqual({
    select: ['engine', 'cli'],
    rounds: 3,
    quick: true,
    threads: undefined,
    action: 'run',
    json: false,
    out: undefined,
  })
  expect(parseOptions(['--list']).action).toBe('list')
  expect(() => parseOptions(['--rounds', 'many'])).toThrow('--rounds takes a number')
  expect(() => parseOptions(['--fast'])).toThrow()
})

it('selects by name and by group, in the order of the list, and says what it does not know', () => {
  expect(selectBenchmarks([])).toEqual(benchmarks)
  expect(selectBenchmarks(['cli']).map(({ name }) => name)).toEqual(['cli.start', 'cli.list'])
  expect(selectBenchmarks(['server.cost', 'engine.speed']).map(({ name }) => name)).toEqual([
    'engine.speed',
    'server.cost',
  ])
  expect(() => selectBenchmarks(['engin'])).toThrow('engine')
})

it('every benchmark has a name of its own, in a group', () => {
  const names = benchmarks.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names.filter((name) => !/^[a-z]+\.[a-z-]+$/.test(name))).toEqual([])
})
