import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'

/**
 * What is, or is about to be, in the repository: by git, or by the file system where git cannot tell (an unpacked archive,
 * a checkout of another account, a machine without git).
 */
export function repositoryFiles(root: string): string[] {
  const listed = existsSync(join(root, '.git'))
    ? git(root, ['ls-files', '-z', '--cached', '--others', '--exclude-standard'])
    : undefined
  if (listed === undefined) return filesWithoutGit(root)
  return listed
    .split('\0')
    .filter((path) => path && existsSync(join(root, path)))
    .toSorted()
}

/** What git prints about the repository in this folder; undefined when it fails or is not there. */
export function git(root: string, args: readonly string[]): string | undefined {
  // Within a hook or a rebase these name another repository or index.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')))
  const { status, stdout } = spawnSync('git', args, { cwd: root, env, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 })
  return status === 0 ? stdout : undefined
}

/** Everything that .gitignore does not name. Of its language only what ours uses is understood: `name`, `folder/`, `*`. */
export function filesWithoutGit(root: string): string[] {
  const ignored = readFileSync(join(root, '.gitignore'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  const isIgnored = (path: string, isFolder: boolean): boolean =>
    ignored.some((line) => {
      if (line.startsWith('!')) throw new Error(`repositoryFiles does not understand “${line}” in .gitignore.`)
      const pattern = line.replace(/\/$/, '')
      if (pattern !== line && !isFolder) return false
      // With a slash inside it is meant from the root on, else anywhere.
      const from = pattern.includes('/') ? pattern.replace(/^\//, '') : `**/${pattern}`
      return matchesGlob(path, from)
    })
  const walk = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.name === '.git' || isIgnored(path, entry.isDirectory())) return []
      return entry.isDirectory() ? walk(path) : existsSync(join(root, path)) ? [path] : []
    })
  return walk('').toSorted()
}
