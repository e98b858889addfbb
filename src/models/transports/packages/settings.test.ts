// biome-ignore-all lint/suspicious/noTemplateCurlyInString: npm's own syntax for variables

import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { devNull, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { describeSettings } from '../../../core/index.ts'
import { failure } from '../../testing/failure.ts'
import { testContext } from '../../testing/transportContext.ts'
import { parseNetrc, splitCredentials } from './credentials.ts'
import { integrityDigest } from './npm.ts'
import { npmrcAuthorization, parseNpmConfig } from './npmSettings.ts'
import { parsePipFile, pipFiles } from './pipFiles.ts'
import { defaultIndexOf, parsePipConfig, pipSettings } from './pipSettings.ts'
import { uvFiles } from './uvSettings.ts'

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

describe('where neither pip nor uv is installed, what they would read is read', () => {
  let home: string
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'sanjha-pip-'))
  })
  afterEach(() => rm(home, { recursive: true }))

  const put = async (path: string, text: string): Promise<string> => {
    await mkdir(dirname(join(home, path)), { recursive: true })
    await writeFile(join(home, path), text)
    return join(home, path)
  }
  /** The real machine's own files are kept out. */
  const settings = async (env: Record<string, string> = {}) =>
    await pipSettings(await testContext({ home, env: { XDG_CONFIG_DIRS: join(home, 'etc'), ...env } }))
  const noPip = { PIP_CONFIG_FILE: devNull }
  const pipConf = (url: string): string => `[global]\nindex-url = ${url}\n`

  test('the environment of pip and of uv', async () => {
    expect((await settings({ PIP_INDEX_URL: 'https://p.example/simple' })).indexes).toEqual([
      'https://p.example/simple',
    ])
    expect(
      await settings({
        ...noPip,
        UV_DEFAULT_INDEX: 'main=https://u.example/simple',
        UV_INDEX: 'a=https://a.example/s https://b.example/s',
      }),
    ).toMatchObject({ indexes: ['https://a.example/s', 'https://b.example/s', 'https://u.example/simple'] })
    expect((await settings({ ...noPip, UV_INDEX_URL: 'https://u.example/simple' })).indexes).toEqual([
      'https://u.example/simple',
    ])
  })

  test('pip’s files: machine, user, virtual environment, the one that is named, and before them the environment', async () => {
    const seen = async (env?: Record<string, string>) =>
      (await settings({ VIRTUAL_ENV: join(home, 'venv'), ...env })).indexes
    await put('etc/pip/pip.conf', pipConf('https://machine.example/simple'))
    if (!existsSync('/etc/pip.conf')) expect(await seen()).toEqual(['https://machine.example/simple'])
    await put('.config/pip/pip.conf', pipConf('https://user.example/simple'))
    if (process.platform === 'linux') expect(await seen()).toEqual(['https://user.example/simple'])
    await put('venv/pip.conf', pipConf('https://venv.example/simple'))
    expect(await seen()).toEqual(['https://venv.example/simple'])
    const named = { PIP_CONFIG_FILE: await put('named.conf', pipConf('https://named.example/simple')) }
    expect(await seen(named)).toEqual(['https://named.example/simple'])
    expect(await seen({ ...named, PIP_INDEX_URL: 'https://env.example/simple' })).toEqual([
      'https://env.example/simple',
    ])
  })

  test('with certificate, proxy and further indexes', async () => {
    const file = await put(
      'pip.conf',
      '[global]\nindex_url: https://r.example/simple\nextra-index-url =\n  https://a.example/simple\n  https://b.example/simple\n[download]\ncert = /ca.pem\nproxy = proxy.example:3128\n',
    )
    expect(await settings({ PIP_CONFIG_FILE: file })).toMatchObject({
      indexes: ['https://r.example/simple', 'https://a.example/simple', 'https://b.example/simple'],
      connection: { caFile: '/ca.pem', proxy: 'http://proxy.example:3128' },
    })
  })

  test('uv’s files', async () => {
    await put('etc/uv/uv.toml', 'index-url = "https://machine.example/simple"')
    expect((await settings(noPip)).indexes).toEqual(['https://machine.example/simple'])
    await put(
      '.config/uv/uv.toml',
      '[[index]]\nurl = "https://team.example/s"\n[[index]]\nname = "x"\nurl = "https://x.example/s"\nexplicit = true\n[[index]]\nurl = "https://main.example/s"\ndefault = true\n',
    )
    expect((await settings(noPip)).indexes).toEqual(['https://team.example/s', 'https://main.example/s'])
    expect(
      (
        await settings({
          ...noPip,
          UV_CONFIG_FILE: await put('own.toml', 'pip = { index-url = "https://o.example/s" }'),
        })
      ).indexes,
    ).toEqual(['https://o.example/s'])
    expect((await failure(settings({ ...noPip, UV_NO_CONFIG: '1' }))).code).toBe('invalid_config')
  })

  test('a uv.toml that is none: said, without what stands in it', async () => {
    const file = await put('uv.toml', 'index-url = https://me:hunter2@r.example')
    const error = await failure(settings({ ...noPip, UV_CONFIG_FILE: file }))
    expect(error).toMatchObject({ code: 'invalid_config', message: expect.stringContaining(file) })
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })

  test('nothing anywhere: the error names the setting by its true name', async () => {
    const error = await failure(settings({ ...noPip, UV_NO_CONFIG: '1' }))
    expect(error).toMatchObject({ code: 'invalid_config', hint: expect.stringContaining('SANJHA_REGISTRIES_PYPI') })
    expect(describeSettings().flatMap((s) => s.env)).toEqual(
      expect.arrayContaining(['SANJHA_REGISTRIES_PYPI', 'SANJHA_REGISTRIES_NPM']),
    )
  })

  test('the places on other systems', () => {
    expect(pipFiles({ APPDATA: 'A', PROGRAMDATA: 'P' }, 'H', 'win32')).toEqual(
      [
        ['P', 'pip', 'pip.ini'],
        ['H', 'pip', 'pip.ini'],
        ['A', 'pip', 'pip.ini'],
      ].map((parts) => join(...parts)),
    )
    expect(pipFiles({ PIP_CONFIG_FILE: '/dev/null' }, 'H', 'linux')).toEqual([])
    expect(pipFiles({}, '/h', 'darwin')).toContain(join('/h', 'Library', 'Application Support', 'pip', 'pip.conf'))
    expect(uvFiles({ APPDATA: 'A', PROGRAMDATA: 'P' }, 'H', 'win32')).toEqual(
      ['A', 'P'].map((f) => join(f, 'uv', 'uv.toml')),
    )
  })

  test('what is no option is passed over', () => {
    expect(parsePipFile('[global]\n# a = b\n; c = d\n = e\nnothing\n  lost\n[x]\nf:g\r\n')).toEqual([['x', 'f', 'g']])
  })
})
