import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { filesWithoutGit, git, repositoryFiles } from '../support/repositoryFiles.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-files-'))
  copyFileSync(join(import.meta.dirname, '..', '..', '.gitignore'), join(folder, '.gitignore'))
  for (const path of [...kept, ...left]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), '')
  }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const kept = [
  'README.md',
  '.npmrc',
  'src/core/index.ts',
  'src/core/log.ts',
  'bench/results.md',
  'src/dist.ts',
  'docs/coverage',
]
const left = [
  ...[
    'node_modules/a/index.js',
    'lab/node_modules/b.js',
    'dist/cli/main.js',
    '.dist-17/x.js',
    '.tools/node',
    '.cache/m.gguf',
  ],
  ...['sanjha-0.1.0.tgz', 'npm-debug.log', 'src/deep/x.log', 'bench/results/a.json', 'coverage/index.html'],
]

test('an unpacked archive has the files that git would name', () => {
  expect(repositoryFiles(folder)).toEqual([...kept, '.gitignore'].toSorted())
})

test('so has a checkout that git refuses to read', () => {
  writeFileSync(join(folder, '.git'), 'gitdir: /nowhere\n')
  expect(git(folder, ['status'])).toBeUndefined()
  expect(repositoryFiles(folder)).toEqual([...kept, '.gitignore'].toSorted())
})

test('the file system and git agree, wherever the environment says that the repository is', (context) => {
  if (git(folder, ['init', '--quiet']) === undefined) return context.skip('git is not here')
  process.env['GIT_DIR'] = '/nowhere'
  try {
    expect(git(folder, ['ls-files', '--others', '--exclude-standard'])?.split('\n')).toContain('README.md')
    expect(repositoryFiles(folder)).toEqual(filesWithoutGit(folder))
  } finally {
    delete process.env['GIT_DIR']
  }
})
