import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SanjhaError } from '../../../core/index.ts'
import type { TransportContext } from '../contract.ts'

/** The indexes that somebody has set for uv. URLs may hold credentials: never print them. */
export interface UvIndexes {
  /** In the place of the usual one. */
  readonly main: string | undefined
  /** Asked besides. */
  readonly extra: readonly string[]
}

/**
 * What uv is set to, by its environment and its files for the user and the machine; it has no command that tells. A
 * project's own `uv.toml` is left aside, as a project's `sanjha.yaml` is for registries: it may be somebody else's.
 * Errors: `invalid_config` for a file that is no TOML.
 */
export async function uvIndexes({ env, home }: Pick<TransportContext, 'env' | 'home'>): Promise<UvIndexes> {
  const files = env['UV_NO_CONFIG'] ? [] : uvFiles(env, home)
  const tables: UvTable[] = []
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text !== undefined) tables.push(await parseUvFile(text, file))
  }
  const words = (text: string | undefined): string[] => (text ?? '').split(/\s+/)
  return {
    main: [env['UV_DEFAULT_INDEX'], env['UV_INDEX_URL'], ...tables.map((t) => t.main)].map(indexUrl).find((u) => u),
    extra: [...words(env['UV_INDEX']), ...words(env['UV_EXTRA_INDEX_URL']), ...tables.flatMap((t) => t.extra)]
      .map(indexUrl)
      .filter((u) => u !== undefined),
  }
}

/** The strongest first (uv's guide, "Configuration files"). */
export function uvFiles(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  platform: NodeJS.Platform = process.platform,
): string[] {
  if (env['UV_CONFIG_FILE']) return [env['UV_CONFIG_FILE']]
  const at = (folder: string): string => join(folder, 'uv', 'uv.toml')
  if (platform === 'win32') {
    const roaming = env['APPDATA'] || join(home, 'AppData', 'Roaming')
    return [at(roaming), at(env['PROGRAMDATA'] || 'C:\\ProgramData')]
  }
  const machine = (env['XDG_CONFIG_DIRS'] || '/etc/xdg').split(':')
  return [at(env['XDG_CONFIG_HOME'] || join(home, '.config')), ...machine.map(at), at('/etc')]
}

interface UvTable {
  readonly main: string | undefined
  readonly extra: readonly string[]
}

/** Of a `uv.toml`: the `[[index]]` tables, `index-url` and `extra-index-url`, the latter two also below `[pip]`. */
export async function parseUvFile(text: string, path: string): Promise<UvTable> {
  const { parse } = await import('smol-toml')
  let root: Record<string, unknown>
  try {
    root = parse(text)
  } catch {
    // The parser's own message would repeat a line that may hold a login.
    throw new SanjhaError('invalid_config', `uv’s configuration ${path} is not valid TOML.`, {
      hint: 'Correct it, or set registries.pypi (SANJHA_REGISTRIES_PYPI) to the index that Sanjha is to use.',
    })
  }
  const table = (value: unknown): Record<string, unknown> =>
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  const texts = (value: unknown): string[] => [value].flat().filter((v) => typeof v === 'string')
  const pip = table(root['pip'])
  const indexes = [root['index']].flat().map(table)
  const [main] = [
    ...indexes.filter((i) => i['default'] === true).map((i) => i['url']),
    pip['index-url'],
    root['index-url'],
  ].flatMap(texts)
  return {
    main,
    extra: [
      // One that is `explicit` holds only for packages that name it.
      ...indexes.filter((i) => i['default'] !== true && i['explicit'] !== true).map((i) => i['url']),
      pip['extra-index-url'],
      root['extra-index-url'],
    ].flatMap(texts),
  }
}

/** An index may be given as `name=URL`. */
function indexUrl(text: string | undefined): string | undefined {
  const url = text?.replace(/^[A-Za-z0-9_.-]+=(?=https?:)/i, '')
  return url !== undefined && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : undefined
}
