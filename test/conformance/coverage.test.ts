import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { requirements } from './requirements.ts'

it('every requirement is cited by the name of a test, and no test cites one that does not exist', async () => {
  const cited = new Set<string>()
  const here = import.meta.dirname
  for (const file of await readdir(here)) {
    if (!file.endsWith('.test.ts')) continue
    const text = await readFile(join(here, file), 'utf8')
    for (const [, ids] of text.matchAll(/\bit(?:\.each\([^)]*\))?\(\s*['"`]((?:\[API-\d\d\])+)/g)) {
      for (const [id] of ids!.matchAll(/API-\d\d/g)) cited.add(id)
    }
  }
  const known = requirements.map((r) => r.id)
  expect([...cited].filter((id) => !known.includes(id))).toEqual([])
  expect(requirements.filter((r) => r.later === undefined && !cited.has(r.id))).toEqual([])
})

it('there are the 38 requirements', () => {
  expect(requirements).toHaveLength(38)
  expect(new Set(requirements.map((r) => r.text)).size).toBe(38)
})
