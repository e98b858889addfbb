import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { docCommands } from '../support/docCommands.ts'
import { run } from '../support/run.ts'

const root = join(import.meta.dirname, '..', '..')
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
]
const blocks = pages.flatMap((page) => docCommands(page, readFileSync(join(root, page), 'utf8')))
const isSetUp = /^npm (test|start|run (test|bench|check|build))/

describe('every command in the documentation works', () => {
  let home: string
  let scratch: string
  let env: NodeJS.ProcessEnv
  let server: ChildProcess | undefined

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'sanjha-docs-'))
    const folder = join(home, 'bin')
    mkdirSync(folder)
    symlinkSync(join(root, 'bin', 'sanjha.js'), join(folder, 'sanjha'))
    scratch = join(home, 'scratch')
    mkdirSync(scratch)
    env = {
      ...process.env,
      SANJHA_HOME: home,
      PATH: [folder, dirname(process.execPath), process.env['PATH']].join(delimiter),
    }
    if (!blocks.some(({ mode }) => mode.kind === 'server')) return
    // `npm start` itself, as it stands in README.md.
    server = spawn(process.execPath, [join(root, 'bin', 'sanjha.js'), 'up', '--port', '0'], {
      env,
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    env['PORT'] = await portOf(server)
  }, 600_000)

  afterAll(async () => {
    if (server && server.exitCode === null) {
      const ended = new Promise((resolve) => server?.once('close', resolve))
      server.kill('SIGTERM')
      await ended
    }
    await rm(home, { recursive: true, force: true })
  })

  // The first one that asks for a model may have to fetch it, on a machine that is busy with other things.
  test.each(blocks)('$page:$line', { timeout: 600_000 }, async ({ commands, mode }) => {
    if (mode.kind === 'skip') return
    for (const command of commands) {
      // These are what runs us.
      if (isSetUp.test(command)) continue
      // What a command leaves behind is not left in the checkout; only what names a file of it has to run there.
      const cwd = command.startsWith('./') ? root : scratch
      const { code, stderr, stdout } = await run('sh', ['-c', command], { env, cwd })
      expect({ command, code, said: code === 0 ? '' : `${stdout}${stderr}` }).toEqual({ command, code: 0, said: '' })
    }
  })
})

/** Waits for the one line that `sanjha up` prints when everything answers. */
function portOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    server.stdout?.on('data', (text) => {
      said += text
      const port = /Sanjha is ready: http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1]
      if (port) resolve(port)
    })
    server.once('close', () => reject(new Error(`The server ended before it was ready:\n${said}`)))
  })
}
