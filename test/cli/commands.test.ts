import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { cliSchemas } from '../../scripts/cliSchemas.ts'
import { commandModules } from '../../src/cli/commands/index.ts'
import { TestHome } from '../support/sanjha.ts'

const home = new TestHome()
afterAll(() => home[Symbol.asyncDispose]())

const names = commandModules.map((module) => module.create(async () => undefined).name())

describe('help', () => {
  it('shows examples before anything else, and every command', async () => {
    const { code, stdout } = await home.sanjha(['--help'])
    expect(code).toBe(0)
    expect(stdout.startsWith('Examples:')).toBe(true)
    for (const name of names) expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
  })

  it.each(names)('%s --help begins with an example of itself', async (name) => {
    const { code, stdout } = await home.sanjha([name, '--help'])
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`^Examples:\\n  .*sanjha ${name}`))
  })

  it('prints the version three ways, the same', async () => {
    const [a, b] = [await home.sanjha(['--version']), await home.sanjha(['-v'])]
    expect(a.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(b.stdout).toBe(a.stdout)
  })
})

describe('wrong usage ends with 2 and says what was meant', () => {
  it.each([
    [['lst'], /Did you mean .*list/],
    [['list', '--jsn'], /Did you mean --json\?/],
    [['pull'], /missing required argument 'model'/],
    [['rm'], /Name at least one model/],
    [['list', '--sort', 'colour'], /name, size or modified/],
    [['run', 'smollm2', 'hi', '--temperature', 'hot'], /takes a number/],
    [['up', '--port', '-1'], /whole number/],
    [['up', '--port', '99999'], /from 0 to 65535/],
    [['completion', 'tcsh'], /Allowed choices are bash, zsh, fish/],
  ])('%j', async (args, message) => {
    const { code, stderr, stdout } = await home.sanjha(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/\bat .*:\d+:\d+/)
    const json = await home.sanjha([...args, '--json'])
    expect(json.code).toBe(2)
    expect(cliSchemas['error']?.parse(JSON.parse(json.stdout))).toMatchObject({
      error: { param: 'argv' },
    })
  })

  it('does not take what stands behind -- for a flag', async () => {
    expect(await home.sanjha(['lst', '--', '--json'])).toMatchObject({ code: 2, stdout: '' })
  })
})

describe('an empty home', () => {
  it('lists nothing, as an empty array for scripts', async () => {
    const { code, stdout } = await home.sanjha(['list', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual([])
  })

  it('lists a catalogue whose entries have short names and a licence', async () => {
    const { stdout } = await home.sanjha(['list', '--catalog', '--json'])
    const entries = cliSchemas['list --catalog']?.parse(JSON.parse(stdout)) as { shortNames: string[] }[]
    expect(entries.find((entry) => entry.shortNames.includes('smollm2'))).toBeDefined()
  })

  it.each([
    [['show', 'smolm2'], /Did you mean/],
    [['rm', 'nothing'], /nothing was removed/],
    [['cp', 'nothing', 'other'], /nothing/],
    [['stop', 'nothing'], /is not loaded/],
    [['logs'], /has not written a log yet/],
    [['runs', 'show', 'nothing'], /no run/],
  ])('%j ends with 1, in words and as JSON', async (args, message) => {
    const { code, stderr, stdout } = await home.sanjha(args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(/Code: [a-z_]+/)
    const json = await home.sanjha([...args, '--json'])
    expect(json.code).toBe(1)
    cliSchemas['error']?.parse(JSON.parse(json.stdout))
  })

  it('rm --ignore and stop --ignore take absence as done', async () => {
    expect((await home.sanjha(['rm', '--ignore', 'nothing'])).code).toBe(0)
    expect((await home.sanjha(['stop', '--ignore', 'nothing'])).code).toBe(0)
  })

  it('ps says that nothing runs', async () => {
    const { code, stdout } = await home.sanjha(['ps', '--json'])
    expect(code).toBe(0)
    expect(cliSchemas['ps']?.parse(JSON.parse(stdout))).toEqual({ servers: [], models: [] })
  })
})

describe('config', () => {
  it('tells where each value comes from, and set keeps comments', async () => {
    const other = new TestHome({ SANJHA_LOG_LEVEL: 'warn' })
    try {
      expect((await other.sanjha(['config', 'set', 'engine.keepAlive', '30m'])).code).toBe(0)
      const { stdout } = await other.sanjha(['config', 'show', '--json'])
      const shown = cliSchemas['config show']?.parse(JSON.parse(stdout)) as {
        settings: { key: string; value: unknown; origin: { from: string } }[]
      }
      const of = (key: string) => shown.settings.find((setting) => setting.key === key)
      expect(of('engine.keepAlive')).toMatchObject({ value: '30m', origin: { from: 'user' } })
      expect(of('log.level')).toMatchObject({ value: 'warn', origin: { from: 'env' } })
      expect(of('server.host')?.origin.from).toBe('default')
    } finally {
      await other[Symbol.asyncDispose]()
    }
  })

  it('names file, line and the nearest setting for a wrong one', async () => {
    const other = new TestHome()
    try {
      writeFileSync(join(other.path, 'sanjha.yaml'), 'engine:\n  keepalive: 5m\n')
      const { code, stderr } = await other.sanjha(['list'])
      expect(code).toBe(1)
      expect(stderr).toMatch(/sanjha\.yaml:2/)
      expect(stderr).toMatch(/keepAlive/)
    } finally {
      await other[Symbol.asyncDispose]()
    }
  })
})

describe('completion', () => {
  it('completes commands and flags in a real bash', async () => {
    const { stdout: script } = await home.sanjha(['completion', 'bash'])
    const complete = (words: string[]): string[] => {
      const line = words.map((word) => JSON.stringify(word)).join(' ')
      const code = `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _sanjha; printf '%s\\n' "\${COMPREPLY[@]}"`
      return spawnSync('bash', ['--norc', '-c', code], {
        encoding: 'utf8',
        env: home.env as NodeJS.ProcessEnv,
      }).stdout.split('\n')
    }
    expect(complete(['sanjha', 'ru'])).toEqual(expect.arrayContaining(['run', 'runs']))
    expect(complete(['sanjha', 'runs', ''])).toEqual(expect.arrayContaining(['list', 'watch', 'cancel']))
    expect(complete(['sanjha', 'pull', '--fo'])).toContain('--force')
  })

  it.each(['zsh', 'fish'])('prints a script for %s that names every command', async (shell) => {
    const { code, stdout } = await home.sanjha(['completion', shell])
    expect(code).toBe(0)
    for (const name of names) expect(stdout).toContain(name)
  })
})

it('a pipe that closes early is no failure', async () => {
  const { stderr } = spawnSync('bash', ['-c', `"${process.execPath}" bin/sanjha.js config show | head -n 1`], {
    encoding: 'utf8',
    env: home.env as NodeJS.ProcessEnv,
    cwd: join(import.meta.dirname, '..', '..'),
  })
  expect(stderr).not.toMatch(/EPIPE|Error/)
})
