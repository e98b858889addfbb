import fc from 'fast-check'
import { expect, it } from 'vitest'
import { keepPresets, keptText, parsePresets, without, withPreset } from './presets.ts'

function shelf(text: string | null = null) {
  let kept = text
  return {
    getItem: () => kept,
    setItem: (_key: string, value: string) => {
      kept = value
    },
    removeItem: () => {
      kept = null
    },
  }
}

it('keeps what it was given, sorted, one for each name', () => {
  const preset = fc.record({
    name: fc.string({ minLength: 1 }),
    value: fc.record(
      { system: fc.string(), parameters: fc.constant({ temperature: 0.5 }), schema: fc.constant({ type: 'object' }) },
      { requiredKeys: ['parameters'] },
    ),
  })
  fc.assert(
    fc.property(fc.array(preset), (presets) => {
      const storage = shelf()
      const all = presets.reduce<ReturnType<typeof withPreset>>((sum, each) => withPreset(sum, each), [])
      keepPresets(storage, all)
      const read = parsePresets(keptText(storage))!
      expect(read).toEqual(JSON.parse(JSON.stringify(all)))
      expect(new Set(read.map(({ name }) => name)).size).toBe(read.length)
      expect(new Map(read.map((each) => [each.name, each.value]))).toEqual(
        new Map(presets.map((each) => [each.name, JSON.parse(JSON.stringify(each.value))])),
      )
      for (const { name } of presets) expect(without(read, name).some((each) => each.name === name)).toBe(false)
    }),
  )
})

it.each(['{', '{}', 'null', '[1]', '[{"name":"a","value":{}}]', '[{"name":"a","value":{"parameters":[]}}]'])(
  'tells that %s cannot be read',
  (text) => {
    expect(parsePresets(text)).toBeUndefined()
  },
)

it('throws them away', () => {
  const storage = shelf('{')
  keepPresets(storage, null)
  expect(parsePresets(keptText(storage))).toEqual([])
})
