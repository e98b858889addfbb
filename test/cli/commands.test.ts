import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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

describe('when the output cannot be written', () => {
  // Where the sources are newer than the build, the first start says that it builds.
  beforeAll(async () => void (await home.sanjha(['--version'])))

  const shell = (line: string) =>
    spawnSync('bash', ['-c', line.replaceAll('sanjha ', `"${process.execPath}" bin/sanjha.js `)], {
      encoding: 'utf8',
      env: home.env as NodeJS.ProcessEnv,
      cwd: join(import.meta.dirname, '..', '..'),
    })

  it('because a reader has seen enough, a command ends without a word', () => {
    // So much that it does not fit into the pipe at once.
    const { stdout, stderr } = shell('sanjha list --catalog --json | head -n 1; echo status $PIPESTATUS')
    expect(stderr).toBe('')
    expect(stdout).toBe('[\nstatus 141\n')
  })

  it.runIf(existsSync('/dev/full'))('because the disk is full, it says so', () => {
    const { status, stderr } = shell('sanjha config show --quiet > /dev/full')
    expect(stderr).toBe('Error: The output cannot be written: there is no space left on the disk.\n')
    expect(status).toBe(1)
  })

  it('a server goes on and serves those who never read it', async () => {
    const line = 'sanjha up --no-model --port 0 2>&1 | head -n 1; echo status $PIPESTATUS'
    const child = spawn('bash', ['-c', line.replaceAll('sanjha ', `"${process.execPath}" bin/sanjha.js `)], {
      env: home.env as NodeJS.ProcessEnv,
      cwd: join(import.meta.dirname, '..', '..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.on('data', (text) => {
      said += text
    })
    const ended = once(child, 'close')
    await expect.poll(() => said, { timeout: 120_000 }).toMatch(/^Sanjha is ready: .*\n/)
    const url = /ready: (\S+)/.exec(said)?.[1]
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'ok' })
    // Stopping, it says so to nobody.
    expect((await home.sanjha(['stop', '--server'])).code).toBe(0)
    await ended
    expect(said).toMatch(/status 0\n$/)
  })
})

it('Ctrl-C ends a pull with 130 and a word, and leaves a run that can go on', async () => {
  const asked: (() => void)[] = []
  const silent = createServer(() => asked.shift()?.()).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  try {
    const waiting = new Promise<void>((resolve) => asked.push(resolve))
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/model.gguf`
    const { child, ended } = home.start(['pull', url], /never/)
    let said = ''
    child.stderr?.on('data', (text) => {
      said += text
    })
    await waiting
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect(said).toMatch(/Interrupted\.\n$/)
    expect(said).toContain(`sanjha.js pull ${url}`)
    expect(said).not.toMatch(/\bat .*:\d+:\d+/)
    const runs = JSON.parse((await home.sanjha(['runs', 'list', '--json'])).stdout)
    expect(runs.map(({ state }: { state: string }) => state)).toEqual(['cancelled'])
  } finally {
    silent.closeAllConnections()
    silent.close()
  }
})
