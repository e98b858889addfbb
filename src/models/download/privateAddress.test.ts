import { expect, test } from 'vitest'
import { isLoopbackHost, isPrivateAddress } from './privateAddress.ts'

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.31.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '::1',
  '::',
  'fd00::1',
  'fe80::1',
  '::ffff:10.0.0.1',
  '::ffff:a00:1',
  '64:ff9b::a00:1',
])('%s is private', (address) => {
  expect(isPrivateAddress(address)).toBe(true)
})

test.each(['1.1.1.1', '172.32.0.1', '192.169.0.1', '2606:4700::1111', '::ffff:1.1.1.1', 'example.org', ''])(
  '%s is not',
  (address) => {
    expect(isPrivateAddress(address)).toBe(false)
  },
)

test('loopback hosts as URLs write them', () => {
  const hosts = [
    'http://localhost',
    'http://127.1',
    'http://[::1]',
    'http://0x7f000001',
    'http://a.localhost',
    'http://[::ffff:127.0.0.1]',
  ].map((url) => new URL(url).hostname)
  expect(hosts.map(isLoopbackHost)).toEqual(hosts.map(() => true))
  expect(
    ['http://10.0.0.1', 'http://localhost.example.org', 'http://128.0.0.1'].map((url) =>
      isLoopbackHost(new URL(url).hostname),
    ),
  ).toEqual([false, false, false])
})
