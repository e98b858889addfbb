import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { repositoryFiles } from '../support/repositoryFiles.ts'

const root = join(import.meta.dirname, '..', '..')

/** Files longer than 400 lines, each with the reason why it is not split. */
const longFiles: Record<string, string> = {
  'lab/src/api/schema.ts': 'made from the OpenAPI document, and read by the compiler only',
}

const files = repositoryFiles(root)
const isText = (path: string): boolean => /\.(ts|tsx|js|cjs|mjs|json|md|yaml|yml|css|html|svg|sh)$|^\.ci\//.test(path)
const texts = files
  .filter((path) => isText(path) && path !== 'package-lock.json' && statSync(join(root, path)).size < 2e6)
  .map((path) => ({ path, lines: readFileSync(join(root, path), 'utf8').split('\n') }))

const find = (pattern: RegExp): string[] =>
  texts.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => {
      const found = pattern.exec(line)?.[0]
      return found === undefined ? [] : [`${path}:${index + 1}: ${found}`]
    }),
  )

test('no path of a certain machine', () => {
  // A home folder may be spoken of by the name of somebody made up.
  const folders = ['work', 'root', 'tmp', 'home/(?!ann|user|you)', 'Users/(?!ann|user|you)'].join('|')
  expect(find(new RegExp(`(?<![\\w.~}\\])/-])/(${folders})(?![\\w-])`))).toEqual([])
})

test('no name of a package registry: npm and pip know which one is theirs', () => {
  const hosts = [
    ['registry', 'npmjs', 'org'],
    ['registry', 'yarnpkg', 'com'],
    ['pypi', 'org'],
    ['pythonhosted', 'org'],
    ['npmmirror', 'com'],
  ]
  expect(find(new RegExp(hosts.map((parts) => parts.join('\\.')).join('|')))).toEqual([])
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toContain('"resolved"')
})

test('no file of more than 400 lines without a reason', () => {
  const isCode = (path: string): boolean => /\.(ts|tsx|js|cjs)$/.test(path)
  const long = texts.filter(({ path, lines }) => isCode(path) && lines.length > 401).map(({ path }) => path)
  expect(long.toSorted()).toEqual(Object.keys(longFiles).toSorted())
})

test('every room has its door and its README of at most 40 lines', () => {
  const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  expect(rooms.length).toBeGreaterThan(5)
  const wrong = rooms.flatMap(({ name }) => {
    const readme = join(root, 'src', name, 'README.md')
    if (!existsSync(readme)) return [`${name}: no README.md`]
    const { length } = readFileSync(readme, 'utf8').trimEnd().split('\n')
    return length > 40 ? [`${name}: README.md has ${length} lines`] : []
  })
  // The command line has no outsiders: it is started, not imported.
  const noDoor = rooms.filter(({ name }) => name !== 'cli' && !existsSync(join(root, 'src', name, 'index.ts')))
  expect([...wrong, ...noDoor.map(({ name }) => `${name}: no index.ts`)]).toEqual([])
})

test('doors name what they hand out', () => {
  expect(find(/^export \*.*/).filter((hit) => hit.startsWith('src/'))).toEqual([])
})

test('the lock file is in step with package.json', () => {
  const read = (name: string) => JSON.parse(readFileSync(join(root, name), 'utf8'))
  const { dependencies, devDependencies, optionalDependencies, version } = read('package.json')
  const lock = read('package-lock.json').packages
  expect(lock['']).toMatchObject({ version, dependencies, devDependencies, optionalDependencies })
  const ranges = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
  expect(ranges.filter(([, range]) => !/^(npm:\w+@)?\d+\.\d+\.\d+/.test(String(range)))).toEqual([])
  const scripted = Object.entries<{ hasInstallScript?: boolean; dev?: boolean }>(lock)
    .filter(([, entry]) => entry.hasInstallScript && !entry.dev)
    .map(([path]) => path)
  // koffi's script only looks for the binary that its platform package carries; without it everything works.
  expect(scripted.filter((path) => path !== 'node_modules/koffi')).toEqual([])
})

test('every dependency is weighed in decision 0004 or 0013', () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  )
  const page = ['0004-libraries.md', '0013-libraries-of-the-lab.md']
    .map((file) => readFileSync(join(root, 'docs/decisions', file), 'utf8'))
    .join('\n')
  const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
  // Siblings are named by their last part only: `commander, extra-typings`.
  const isNamed = (name: string): boolean =>
    page.includes(name) || page.includes(name.replace(/^@[^/]+\//, '').replace('linux', ''))
  expect(names.filter((name) => !isNamed(name))).toEqual([])
})

test('decisions fit on a page', () => {
  const long = texts.filter(({ path, lines }) => path.startsWith('docs/decisions/0') && lines.length > 41)
  expect(long.map(({ path }) => path)).toEqual([])
})

test('links between pages, and paths that CONTRIBUTING names, lead somewhere', () => {
  const pages = texts.filter(({ path }) => path.endsWith('.md'))
  const dead = pages.flatMap(({ path, lines }) =>
    [...lines.join('\n').matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(join(root, dirname(path), target)))
      .map((target) => `${path}: ${target}`),
  )
  const contributing = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
  const named = [...contributing.matchAll(/`((?:src|test|bin|docs|scripts)\/[\w./-]+)`/g)].map(([, path = '']) => path)
  expect(named.length).toBeGreaterThan(10)
  expect([...dead, ...named.filter((path) => !existsSync(join(root, path)))]).toEqual([])
})
