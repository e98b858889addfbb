import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toolNames } from './toolNames.ts'

it('names are what models take, each once, whatever servers call their tools', () => {
  const server = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9-]{0,31}$/)
  fc.assert(
    fc.property(server, fc.uniqueArray(fc.string({ maxLength: 80 })), (name, tools) => {
      const names = toolNames(name, tools)
      expect(names).toHaveLength(tools.length)
      expect(new Set(names).size).toBe(tools.length)
      for (const each of names) {
        expect(each).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
        expect(each.slice(0, each.indexOf('__'))).toBe(name)
      }
    }),
  )
})
