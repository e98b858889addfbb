import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { devNull } from 'node:os'
import { join, sep } from 'node:path'
import type { TransportContext } from '../contract.ts'

/** `section`, `option` (with dashes), `value`. */
export type PipEntry = readonly [section: string, option: string, value: string]

/**
 * The options that hold for `pip download`: of entries in the order in which pip reads them, the environment goes before
 * the command's own section, and that before `global`; of one section the later.
 */
export function effectivePipOptions(entries: readonly PipEntry[]): Map<string, string> {
  const options = new Map<string, { value: string; rank: number }>()
  for (const [section, option, value] of entries) {
    const rank = ['global', 'install', 'download', ':env:'].indexOf(section)
    const known = options.get(option)
    if (rank >= 0 && (known === undefined || rank >= known.rank)) options.set(option, { value, rank })
  }
  return new Map([...options].map(([option, { value }]) => [option, value]))
}

/** For a machine without pip: what pip would read there. */
export async function readPipFiles(context: Pick<TransportContext, 'env' | 'home'>): Promise<Map<string, string>> {
  const entries: PipEntry[] = []
  for (const path of pipFiles(context.env, context.home)) {
    entries.push(...parsePipFile(await readFile(path, 'utf8').catch(() => '')))
  }
  return effectivePipOptions(entries)
}

/**
 * Where pip keeps its configuration, the strongest last (pip's user guide, "Configuration"): for the machine, the user,
 * the virtual environment, and the one that `PIP_CONFIG_FILE` names, which takes the place of the user's. The null device
 * there means: none of them.
 */
export function pipFiles(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  platform: NodeJS.Platform = process.platform,
): string[] {
  const own = env['PIP_CONFIG_FILE']
  if (own === devNull) return []
  const windows = platform === 'win32'
  const name = windows ? 'pip.ini' : 'pip.conf'
  const xdg = env['XDG_CONFIG_HOME'] || join(home, '.config')
  const machine = windows
    ? [env['PROGRAMDATA'] || 'C:\\ProgramData']
    : platform === 'darwin'
      ? ['/Library/Application Support']
      : (env['XDG_CONFIG_DIRS'] || '/etc/xdg').split(':')
  const user = windows
    ? [join(home, 'pip'), join(env['APPDATA'] || join(home, 'AppData', 'Roaming'), 'pip')]
    : [
        join(home, '.pip'),
        join(xdg, 'pip'),
        ...(platform === 'darwin' ? [join(home, 'Library', 'Application Support', 'pip')] : []),
      ]
  return [
    ...machine.map((folder) => join(folder, 'pip', name)),
    ...(windows || platform === 'darwin' ? [] : [`${sep}etc${sep}pip.conf`]),
    ...(own && existsSync(own) ? [] : user.map((folder) => join(folder, name))),
    ...(env['VIRTUAL_ENV'] ? [join(env['VIRTUAL_ENV'], name)] : []),
    ...(own ? [own] : []),
  ]
}

/** The form of Python's `configparser`: sections, `option = value` or `option: value`, indented lines that go on. */
export function parsePipFile(text: string): PipEntry[] {
  const entries: [string, string, string][] = []
  let section = ''
  let open = false
  for (const line of text.split(/\r?\n/)) {
    const bare = line.trim()
    if (bare === '' || /^[#;]/.test(bare)) continue
    const head = /^\[([^\]]+)\]/.exec(line)
    const pair = /^([^\s=:[][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line)
    const last = entries.at(-1)
    if (head !== null) [section, open] = [head[1]!.trim(), false]
    else if (/^\s/.test(line) && open && last !== undefined) last[2] = `${last[2]}\n${bare}`.trim()
    else if (pair !== null) {
      entries.push([section, pair[1]!.toLowerCase().replaceAll('_', '-'), pair[2]!])
      open = true
    }
  }
  return entries
}
