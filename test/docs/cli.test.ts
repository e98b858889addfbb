import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cliPage } from '../../scripts/cliPage.ts'

test('the page of the command line shows exactly the commands that there are', () => {
  const page = join(import.meta.dirname, '..', '..', 'docs', 'reference', 'cli.md')
  expect(readFileSync(page, 'utf8'), 'run `npm run docs`').toBe(cliPage())
})
