import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandModules } from '../../src/cli/commands/index.ts'
import { tinyGguf } from '../../src/models/testing/makeGguf.ts'
import { TestHome } from '../support/sanjha.ts'

const home = new TestHome()
afterAll(() => home[Symbol.asyncDispose]())

const programs = join(home.path, 'programs')
const logFile = join(home.path, 'called')
let env: NodeJS.ProcessEnv
/** Two models came from files, so that their names hold a colon. */
const stem = pathToFileURL(join(realpathSync(home.path), 'tiny')).href
const names = [`${stem}-too.gguf`, `${stem}.gguf`]

beforeAll(async () => {
  for (const [fill, name] of ['tiny', 'tiny-too'].entries()) {
    writeFileSync(join(home.path, `${name}.gguf`), tinyGguf(fill))
    expect((await home.sanjha(['pull', `./${name}.gguf`])).code).toBe(0)
  }
  // The shells look for `sanjha` on the PATH. It lists models; of all else it only remembers how it was called.
  mkdirSync(programs)
  const program = join(import.meta.dirname, '..', '..', 'bin', 'sanjha.js')
  writeFileSync(
    join(programs, 'sanjha'),
    `#!/bin/sh\nif [ "$1" = list ]; then exec '${process.execPath}' '${program}' "$@"; fi\nprintf '%s\\n' "$*" >> '${logFile}'\n`,
  )
  chmodSync(join(programs, 'sanjha'), 0o755)
  env = {
    ...(home.env as NodeJS.ProcessEnv),
    PATH: `${programs}${delimiter}${home.env['PATH']}`,
    HOME: home.path,
    TERM: 'dumb',
    LC_ALL: 'C',
  }
})

const script = async (shell: string): Promise<string> => (await home.sanjha(['completion', shell])).stdout

/** Runs a shell to its end. Errors of the shell are none of a completion's: nobody may see any. */
function shell(name: string, args: readonly string[], input = ''): string {
  const { stdout, stderr, error } = spawnSync(name, args, {
    encoding: 'utf8',
    env,
    cwd: home.path,
    input,
    timeout: 120_000,
  })
  expect({ error, stderr }).toEqual({ error: undefined, stderr: '' })
  return stdout
}

const has = (name: string): boolean => spawnSync(name, ['-c', 'exit 0']).status === 0
/** A title that says why nothing is tested. */
const titled = (name: string): string =>
  `in a real ${name}${has(name) ? '' : `: not tested, ${name} is not installed here`}`

/** What stands where no model belongs, although a command of the same name further up takes one. */
const withoutModels = ['config show', 'runs show', 'list', 'engine list', ''].map((path) =>
  `sanjha ${path} ${stem}`.replace('  ', ' '),
)
const withModels = ['run', 'show', 'rm', 'stop', 'pull', 'push', 'cp', 'bench'].map(
  (command) => `sanjha ${command} ${stem}`,
)

describe.skipIf(!has('bash'))(titled('bash'), () => {
  /** What bash would offer for the last word of a line, given as bash gives it: split at colons too. */
  async function complete(line: string): Promise<string[]> {
    const words: string[] = line.match(/:+|[^\s:]+/g) ?? []
    if (/\s$/.test(line)) words.push('')
    const quoted = words.map((word) => `'${word}'`).join(' ')
    const code = `${await script('bash')}
COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
COMP_LINE='${line}'; COMP_POINT=${line.length}; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}
_sanjha
printf '%s\\n' "\${COMPREPLY[@]}"`
    return shell('bash', ['--norc', '-c', code]).split('\n').filter(Boolean)
  }

  it('completes commands and flags', async () => {
    expect(await complete('sanjha ru')).toEqual(['run', 'runs'])
    expect(await complete('sanjha runs ')).toEqual(expect.arrayContaining(['list', 'watch', 'cancel']))
    expect(await complete('sanjha pull --fo')).toEqual(['--force'])
    expect(await complete('sanjha runs show --js')).toEqual(['--json'])
  })

  /** bash keeps what stands before the colon. */
  const behindColon = names.map((name) => name.slice(name.indexOf(':') + 1))

  it('completes models where they belong and nowhere else', async () => {
    for (const line of withModels) expect((await complete(line)).toSorted(), line).toEqual(behindColon)
    for (const line of withoutModels) expect(await complete(line), line).toEqual([])
  })

  it('completes them before the colon, at it and behind it', async () => {
    expect(await complete('sanjha show ')).toEqual(expect.arrayContaining(names))
    expect(await complete('sanjha show file')).toEqual(expect.arrayContaining(names))
    expect((await complete('sanjha show file:')).toSorted()).toEqual(behindColon)
    expect(await complete(`sanjha show ${stem}-`)).toEqual([behindColon[0]])
  })
})

describe.skipIf(!has('zsh'))(titled('zsh'), () => {
  /** Types each line into a zsh at a terminal, with Tab and Enter behind it, and gives how `sanjha` was called then. */
  async function typed(load: string, ...lines: string[]): Promise<string[]> {
    writeFileSync(logFile, '')
    mkdirSync(join(home.path, 'functions'), { recursive: true })
    writeFileSync(join(home.path, 'functions', '_sanjha'), await script('zsh'))
    const code = [
      'zmodload zsh/zpty',
      'zpty terminal zsh -f -i',
      `zpty -w terminal '${load}'`,
      ...lines.map((line) => `zpty -w terminal '${line}'$'\\t'`),
      'zpty -w terminal exit',
      // Until it has ended.
      'while zpty -r terminal said; do :; done',
    ]
    shell('zsh', ['-f', '-c', code.join('\n')])
    return readFileSync(logFile, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => line.trim())
  }
  const asFile = 'fpath=($PWD/functions $fpath); autoload -U compinit; compinit -u -D'
  const sourced = 'autoload -U compinit; compinit -u -D; source $PWD/functions/_sanjha'

  it.each([
    ['kept as a file', asFile],
    ['sourced', sourced],
  ])('completes commands, flags and models, %s', async (_, load) => {
    expect(
      await typed(load, 'sanjha sho', 'sanjha pull --fo', 'sanjha runs watch --js', `sanjha show ${stem}-`),
    ).toEqual(['show', 'pull --force', 'runs watch --json', `show ${names[0]}`])
  })

  it('completes models where they belong and nowhere else', async () => {
    const wordsOf = (line: string): string => line.slice('sanjha '.length)
    expect(await typed(asFile, ...withModels.map((line) => `${line}-`))).toEqual(
      withModels.map((line) => `${wordsOf(line)}-too.gguf`),
    )
    // The `sanjha` of these tests does list models.
    const others = withoutModels.filter((line) => !line.startsWith('sanjha list')).map((line) => `${line}-`)
    expect(await typed(asFile, ...others)).toEqual(others.map(wordsOf))
  })
})

describe.skipIf(!has('fish'))(titled('fish'), () => {
  async function complete(...lines: string[]): Promise<string[][]> {
    writeFileSync(join(home.path, 'sanjha.fish'), await script('fish'))
    const code = lines.map((line) => `complete -C '${line}'; echo ===`).join('; ')
    const said = shell('fish', ['--no-config', '-c', `source ${join(home.path, 'sanjha.fish')}; ${code}`])
    // Behind a tab there may be a description.
    const offered = said.split('\n').map((line) => line.split('\t')[0] ?? '')
    return lines.map(() =>
      offered
        .splice(0, offered.indexOf('===') + 1)
        .slice(0, -1)
        .toSorted(),
    )
  }

  it('completes commands and flags', async () => {
    expect(
      await complete('sanjha ru', 'sanjha runs ', 'sanjha pull --fo', 'sanjha runs show --js', 'sanjha list --cat'),
    ).toEqual([['run', 'runs'], ['cancel', 'list', 'resume', 'show', 'watch'], ['--force'], ['--json'], ['--catalog']])
  })

  it('completes models where they belong and nowhere else', async () => {
    const sorted = (offered: string[][]): string[][] => offered.map((some) => some.toSorted())
    expect(sorted(await complete(...withModels))).toEqual(withModels.map(() => names))
    expect(await complete(...withoutModels)).toEqual(withoutModels.map(() => []))
    expect(sorted(await complete('sanjha show ', `sanjha show ${stem}-`))).toEqual([names, [names[0]]])
  })
})

it.each(['bash', 'zsh', 'fish'])('the script for %s names every command', async (name) => {
  const text = await script(name)
  for (const module of commandModules) expect(text).toContain(module.create(async () => undefined).name())
})
