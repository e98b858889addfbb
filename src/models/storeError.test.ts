import { expect, it } from 'vitest'
import { SanjhaError } from '../core/index.ts'
import { storeError } from './storeError.ts'

const nodeError = (code: string): Error =>
  Object.assign(new Error(`${code}: failed`), { code, path: '/store/index.json' })

it.each([
  ['ENOSPC', 'disk_full'],
  ['EDQUOT', 'disk_full'],
  ['EACCES', 'forbidden'],
  ['EROFS', 'forbidden'],
  ['ENOTDIR', 'forbidden'],
  ['EMFILE', 'internal'],
])('%s is `%s`', (code, expected) => {
  expect(storeError(nodeError(code), '/store').code).toBe(expected)
})

it('leaves an error for people as it is', () => {
  const error = new SanjhaError('invalid_file', 'no')
  expect(storeError(error, '/store')).toBe(error)
})
