import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { labSchema } from '../../scripts/labSchema.ts'

test('the Lab’s types are those of the server’s document', () => {
  const file = join(import.meta.dirname, '..', '..', 'lab', 'src', 'api', 'schema.ts')
  expect(readFileSync(file, 'utf8'), 'run `npm run docs`').toBe(labSchema())
})
