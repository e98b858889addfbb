import { expect, it } from 'vitest'
import { parseChallenge } from './authChallenge.ts'

it.each([
  [null, null],
  ['Negotiate', null],
  ['Basic realm="x"', { scheme: 'basic' }],
  ['basic', { scheme: 'basic' }],
  [
    'Bearer realm="https://auth.example/token",service="r.example",scope="repository:a/b:pull,push"',
    { scheme: 'bearer', realm: 'https://auth.example/token', service: 'r.example', scope: 'repository:a/b:pull,push' },
  ],
  ['Bearer realm=https://a.example/t', { scheme: 'bearer', realm: 'https://a.example/t', service: null, scope: null }],
  ['bearer scope="no realm"', null],
  ['Bearer realm="a\\"b"', { scheme: 'bearer', realm: 'a"b', service: null, scope: null }],
  ['Negotiate, Basic realm="x"', { scheme: 'basic' }],
])('%s', (header, expected) => {
  expect(parseChallenge(header)).toEqual(expected)
})
