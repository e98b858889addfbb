// biome-ignore-all lint/suspicious/noTemplateCurlyInString: npm's own syntax for variables
import { expect, test } from 'vitest'
import { parseNetrc, splitCredentials } from './credentials.ts'
import { integrityDigest } from './npm.ts'
import { npmrcAuthorization, parseNpmConfig } from './npmSettings.ts'
import { defaultIndexOf, parsePipConfig } from './pipSettings.ts'

test('pip config list: the environment before the command’s section before global', () => {
  const text = [
    "global.index-url='https://global.example/simple'",
    "install.index-url='https://install.example/simple'",
    "list.index-url='https://list.example/simple'",
    ":env:.cert='/etc/it\\'s.pem'",
    'global.proxy="proxy.example:8080"',
    'not a line',
  ].join('\n')
  expect(Object.fromEntries(parsePipConfig(text))).toEqual({
    'index-url': 'https://install.example/simple',
    cert: "/etc/it's.pem",
    proxy: 'proxy.example:8080',
  })
  expect(parsePipConfig(`${text}\n:env:.index-url='https://env.example/simple'`).get('index-url')).toBe(
    'https://env.example/simple',
  )
})

test('the default index in help texts of pip and uv', () => {
  expect(
    defaultIndexOf(
      '-i, --index-url <url>  Base URL of the Python Package\n     Index (default\n   https://index.example/simple). This',
    ),
  ).toBe('https://index.example/simple')
  expect(
    defaultIndexOf(
      '--default-index <DEFAULT_INDEX>  The URL of the default package index (by default: <https://index.example/simple>)',
    ),
  ).toBe('https://index.example/simple')
  expect(defaultIndexOf('--index-url <url>  Base URL.')).toBeNull()
})

test('npm config get', () => {
  expect(
    Object.fromEntries(parseNpmConfig('registry=https://r.example/?a=b\ncafile=null\n@x:registry=undefined\nproxy=\n')),
  ).toEqual({ registry: 'https://r.example/?a=b' })
})

test('npmrc: the longest path that fits, with variables', () => {
  const text = [
    '//r.example/:_authToken=general',
    '//r.example/team/:_authToken=${TEAM}',
    '//b.example/:username=me',
    `//b.example/:_password=${Buffer.from('pw').toString('base64')}`,
    '; //r.example/other/:_authToken=no',
  ].join('\n')
  const of = (url: string) => npmrcAuthorization(text, url, { TEAM: 'special' })
  expect(of('https://r.example/pkg')).toBe('Bearer general')
  expect(of('https://r.example/team/pkg')).toBe('Bearer special')
  expect(of('https://r.example/teammates/pkg')).toBe('Bearer general')
  expect(of('https://b.example/pkg')).toBe(`Basic ${Buffer.from('me:pw').toString('base64')}`)
  expect(of('https://r.example.org/pkg')).toBeNull()
})

test('netrc', () => {
  expect(
    parseNetrc(
      '# comment\nmachine a login x password y\nmachine b\n\tlogin "u v"\n\taccount z\n\tpassword p\\q\ndefault login d password e',
    ),
  ).toEqual([
    { machine: 'a', login: 'x', password: 'y' },
    { machine: 'b', login: 'u v', password: 'p\\q' },
  ])
  expect(parseNetrc('')).toEqual([])
})

test('credentials leave the address', () => {
  expect(splitCredentials('https://us%20er:p%40ss@r.example/x')).toEqual({
    url: 'https://r.example/x',
    authorization: `Basic ${Buffer.from('us er:p@ss').toString('base64')}`,
  })
  expect(splitCredentials('https://r.example/x')).toEqual({ url: 'https://r.example/x', authorization: null })
})

test('integrity: the strongest hash that is strong enough', () => {
  const sha512 = Buffer.alloc(64, 1)
  const sha256 = Buffer.alloc(32, 2)
  expect(integrityDigest(`sha1-AAAA sha256-${sha256.toString('base64')} sha512-${sha512.toString('base64')}?opt`)).toBe(
    `sha512:${sha512.toString('hex')}`,
  )
  expect(integrityDigest(`sha256-${sha256.toString('base64')}`)).toBe(`sha256:${sha256.toString('hex')}`)
  for (const weak of ['', 'sha1-AAAA', 'sha512-AAAA', 'md5-AAAA']) expect(integrityDigest(weak)).toBeNull()
})
