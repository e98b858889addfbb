import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errorsPage } from '../../scripts/errorsPage.ts'

test('the page of error codes lists exactly the codes that there are', () => {
  const page = join(import.meta.dirname, '..', '..', 'docs', 'reference', 'errors.md')
  expect(readFileSync(page, 'utf8'), 'run `npm run docs`').toBe(errorsPage())
})
