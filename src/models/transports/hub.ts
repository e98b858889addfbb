import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SanjhaError } from '../../core/index.ts'
import type { HttpOrigin } from '../download/index.ts'
import { formatReference, type HubReference } from '../reference.ts'
import type { ResolvedFile, Transport, TransportContext } from './contract.ts'
import { fileRole, partNames, splitPart } from './fileRole.ts'
import { hubStatusError } from './hubErrors.ts'
import { preferredFile, quantizationOf } from './quantization.ts'
import { requestJson, unexpectedAnswer } from './requestText.ts'

interface TreeFile {
  readonly path: string
  readonly size: number
  /** `sha256:…` for large files; small ones have none. */
  readonly digest: string | null
}

interface Hub {
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
}

/** A repository with more pages of files than this is no model. */
const mostPages = 50

/** Models on Hugging Face, or on any hub that speaks its protocol (`HF_ENDPOINT`). */
export const hub: Transport<'hf'> = {
  schemes: ['hf'],
  resolve: async (reference, context) => {
    const hub = await connect(context)
    const files = await listFiles(hub, reference, context)
    const messages: string[] = []
    const chosen = await chooseFiles(files, hub, reference, context, messages)
    const first = chosen[0]!
    const whole = formatReference({ ...reference, quantization: null, file: isGguf(first.path) ? first.path : null })
    return { source: whole, files: chosen.map((file) => resolvedFile(file, hub, reference)), messages }
  },
}

/** The token is looked for where the hub's own programs keep it. It goes to the hub alone. */
async function connect(context: TransportContext): Promise<Hub> {
  const { env, settings, home } = context
  const endpoint = settings.hub.endpoint.replace(/\/+$/, '')
  const cache = settings.hub.home ?? join(env['XDG_CACHE_HOME'] || join(home, '.cache'), 'huggingface')
  const file = env['HF_TOKEN_PATH'] || join(cache, 'token')
  const token = settings.hub.token || (await readFile(file, 'utf8').catch(() => '')).trim()
  return { endpoint, headers: token === '' ? {} : { authorization: `Bearer ${token}` } }
}

function at(hub: Hub, path: string, reference: HubReference): HttpOrigin {
  const repository = `${reference.organization}/${reference.repository}`
  return {
    kind: 'http',
    url: `${hub.endpoint}${path}`,
    label: `${repository}${path.includes('/resolve/') ? `/${path.slice(path.lastIndexOf('/') + 1)}` : ''} on ${new URL(hub.endpoint).host}`,
    headers: hub.headers,
    accessHint: accessHint(hub, reference),
  }
}

function accessHint(hub: Hub, reference: HubReference): string {
  const page = `${hub.endpoint}/${reference.organization}/${reference.repository}`
  return `Open ${page} in a browser, sign in and accept its conditions; then make a token in your account's settings and set HF_TOKEN to it.`
}

/** Every file of the repository at the revision, with size and digest. */
async function listFiles(hub: Hub, reference: HubReference, context: TransportContext): Promise<TreeFile[]> {
  const { organization, repository, revision } = reference
  const path = `/api/models/${organization}/${repository}/tree/${encodeURIComponent(revision ?? 'main')}?recursive=true`
  const files: TreeFile[] = []
  let origin = at(hub, path, reference)
  for (let page = 0; page < mostPages; page++) {
    const answer = await requestJson(origin, {}, context, (response) =>
      hubStatusError(response, reference, hub.endpoint, hub.headers['authorization'] !== undefined),
    )
    if (!Array.isArray(answer.value)) throw unexpectedAnswer(origin)
    files.push(...answer.value.flatMap((entry) => treeFile(entry)))
    const next = nextPage(answer.headers.get('link'), origin.url)
    if (next === null) return files
    // The token must not follow a link to somebody else.
    if (new URL(next).origin !== new URL(hub.endpoint).origin) throw unexpectedAnswer(origin)
    origin = { ...origin, url: next }
  }
  throw new SanjhaError('unsupported', `${organization}/${repository} has too many files to be a model.`, {
    hint: 'Name one file: hf://organisation/repository/file.gguf.',
  })
}

function treeFile(entry: unknown): TreeFile[] {
  const { type, path, size, lfs } = entry as {
    type?: unknown
    path?: unknown
    size?: unknown
    lfs?: { oid?: unknown; size?: unknown }
  }
  if (type !== 'file' || typeof path !== 'string' || path.split('/').includes('..')) return []
  const oid = typeof lfs?.oid === 'string' ? lfs.oid.replace(/^sha256:/, '') : ''
  const bytes = typeof lfs?.size === 'number' ? lfs.size : size
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) return []
  return [{ path, size: bytes, digest: /^[0-9a-f]{64}$/.test(oid) ? `sha256:${oid}` : null }]
}

/** `<URL>; rel="next"` (RFC 8288). */
function nextPage(link: string | null, base: string): string | null {
  const match = /<([^>]+)>\s*;[^,]*\brel="?next"?/i.exec(link ?? '')
  return match?.[1] === undefined ? null : new URL(match[1], base).href
}

async function chooseFiles(
  files: readonly TreeFile[],
  hub: Hub,
  reference: HubReference,
  context: TransportContext,
  messages: string[],
): Promise<TreeFile[]> {
  const { file, quantization } = reference
  if (file !== null) {
    const found = files.find((f) => f.path === file)
    if (found === undefined) throw noFile(reference, `has no file ${file}`, files)
    return withParts(found, files, reference)
  }
  const models = files.filter(
    (f) => isGguf(f.path) && fileRole(f.path) === 'weights' && (splitPart(f.path)?.index ?? 1) === 1,
  )
  if (quantization !== null) {
    const named = await askManifest(hub, reference, quantization, context)
    const matching = models.filter((f) => quantizationOf(f.path) === quantization)
    const found = models.find((f) => f.path === named) ?? preferredFile(matching)
    if (found === undefined) throw noFile(reference, `has no GGUF file of the quantisation ${quantization}`, models)
    return withParts(found, files, reference)
  }
  const preferred = preferredFile(models)
  if (preferred !== undefined) {
    if (models.length > 1) {
      const others = [
        ...new Set(
          models.map((f) => quantizationOf(f.path)).filter((q) => q !== null && q !== quantizationOf(preferred.path)),
        ),
      ]
      messages.push(
        `Of ${models.length} GGUF files, ${preferred.path} is taken.${others.length > 0 ? ` Others: ${others.slice(0, 8).join(', ')}; add :${others[0]} to choose.` : ''}`,
      )
    }
    return withParts(preferred, files, reference)
  }
  return safetensorsFiles(files, reference)
}

/** The hub's own answer to what a quantisation's name means in this repository; null where it has none. */
async function askManifest(
  hub: Hub,
  reference: HubReference,
  tag: string,
  context: TransportContext,
): Promise<string | null> {
  const origin = at(
    hub,
    `/v2/${reference.organization}/${reference.repository}/manifests/${encodeURIComponent(tag)}`,
    reference,
  )
  try {
    // This endpoint names files only for a client that it knows to read GGUF.
    const { value } = await requestJson(origin, { 'user-agent': 'llama-cpp' }, context)
    const name = (value as { ggufFile?: { rfilename?: unknown } } | null)?.ggufFile?.rfilename
    return typeof name === 'string' ? name : null
  } catch (error) {
    // Mirrors often lack it; the file names say the same.
    if (SanjhaError.is(error) && ['model_not_found', 'upstream_error'].includes(error.code)) return null
    throw error
  }
}

function withParts(file: TreeFile, files: readonly TreeFile[], reference: HubReference): TreeFile[] {
  const part = splitPart(file.path)
  if (part === null) return [file]
  return partNames(part.base, part.count).map((path) => {
    const found = files.find((f) => f.path === path)
    if (found === undefined) throw noFile(reference, `lacks the part ${path} of the model`, [])
    return found
  })
}

function safetensorsFiles(files: readonly TreeFile[], reference: HubReference): TreeFile[] {
  const top = files.filter((f) => !f.path.includes('/') && fileRole(f.path) !== null)
  const weights = top.filter((f) => fileRole(f.path) === 'weights')
  if (weights.length === 0) throw noFile(reference, 'holds no GGUF and no safetensors files', [])
  return [...weights, ...top.filter((f) => fileRole(f.path) !== 'weights')]
}

function resolvedFile(file: TreeFile, hub: Hub, reference: HubReference): ResolvedFile {
  const { organization, repository, revision } = reference
  const path = file.path.split('/').map(encodeURIComponent).join('/')
  return {
    name: file.path.slice(file.path.lastIndexOf('/') + 1),
    role: fileRole(file.path) ?? 'weights',
    size: file.size,
    digest: file.digest,
    origin: at(
      hub,
      `/${organization}/${repository}/resolve/${encodeURIComponent(revision ?? 'main')}/${path}`,
      reference,
    ),
  }
}

function isGguf(path: string): boolean {
  return path.toLowerCase().endsWith('.gguf')
}

function noFile(reference: HubReference, what: string, files: readonly TreeFile[]): SanjhaError {
  const names = files.filter((f) => isGguf(f.path)).map((f) => f.path)
  return new SanjhaError('model_not_found', `${reference.organization}/${reference.repository} ${what}.`, {
    hint:
      names.length > 0
        ? `It has ${names.slice(0, 8).join(', ')}${names.length > 8 ? ' and more' : ''}.`
        : 'Look for a repository whose name ends in -GGUF.',
  })
}
