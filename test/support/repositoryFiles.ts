import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'

/** What is, or is about to be, in the repository: by git, or where there is none (an unpacked archive) by the file system. */
export function repositoryFiles(root: string): string[] {
  if (!existsSync(join(root, '.git'))) return filesWithoutGit(root)
  return execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  })
    .split('\0')
    .filter((path) => path && existsSync(join(root, path)))
    .toSorted()
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
