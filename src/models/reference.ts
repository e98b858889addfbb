import { SanjhaError } from '../core/index.ts'
import { isDigest } from './digest.ts'
import { decodePath, encodePath, splitRevision, splitTag } from './referenceParts.ts'

/** A model on a hub that speaks Hugging Face's protocol. Without `file`, the repository's file of that quantisation. */
export interface HubReference {
  readonly scheme: 'hf'
  readonly organization: string
  readonly repository: string
  /** Path inside the repository, unencoded. */
  readonly file: string | null
  /** Upper case, e.g. `Q4_K_M`. */
  readonly quantization: string | null
  /** Branch, tag or commit; null means `main`. */
  readonly revision: string | null
}

/** One file in a package. `file` is a path inside the archive, or only a file name that must be unique in it. */
export interface PackageReference {
  readonly scheme: 'pypi' | 'npm'
  readonly package: string
  /** Null means: the newest. */
  readonly version: string | null
  readonly file: string
}

export interface FileReference {
  readonly scheme: 'file'
  /** As written; relative to the working directory when it does not begin with `/`. */
  readonly path: string
}

export interface UrlReference {
  readonly scheme: 'https' | 'http'
  readonly url: string
}

export interface RegistryReference {
  readonly scheme: 'oci'
  /** Host and, where given, port. */
  readonly host: string
  readonly repository: string
  readonly tag: string | null
  readonly digest: string | null
}

/** Sources whose transport comes with a later issue: they parse, so that the refusal can be exact. */
export interface LaterReference {
  readonly scheme: 'ollama' | 'ms' | 'rlcr'
  readonly name: string
  readonly tag: string | null
}

/** A short name: of a stored model, or of the catalogue. */
export interface NameReference {
  readonly scheme: 'name'
  readonly name: string
  readonly tag: string | null
}

export interface DigestReference {
  readonly scheme: 'digest'
  /** `sha256:` and 8 to 64 hex digits. */
  readonly digest: string
}

export type Reference =
  | HubReference
  | PackageReference
  | FileReference
  | UrlReference
  | RegistryReference
  | LaterReference
  | NameReference
  | DigestReference

const hubHosts = new Set(['huggingface.co', 'www.huggingface.co', 'hf.co', 'www.hf.co'])
const component = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/
const hubName = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/
const revisionPattern = /^[A-Za-z0-9_](?:[A-Za-z0-9._/-]*[A-Za-z0-9_-])?$/
const versionPattern = /^[A-Za-z0-9](?:[A-Za-z0-9._+!-]*[A-Za-z0-9])?$/
const registryHost = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::[0-9]{1,5})?$/
const repositoryPart = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
const npmPart = /^[a-z0-9~-][a-z0-9._~-]*$/
/** Query parameters that carry a secret. Such an address must not be stored or shown, so it is refused. */
const secretParameter = /(?:^|[-_])(?:token|key|sig|signature|secret|password|passwd|auth|credential|credentials|jwt)$/i

/**
 * Parses a model reference. See `README.md` of this room for the grammar.
 * Errors: `invalid_reference` with a hint that shows the form that is expected.
 */
export function parseReference(text: string): Reference {
  const trimmed = text.trim()
  if (trimmed === '') throw invalid(text, 'it is empty', 'Name a model, for instance `smollm2`.')
  if (/[\u0000-\u001f\u007f]/.test(trimmed)) throw invalid(text, 'it contains a control character')
  if (trimmed.length > 4096) throw invalid(`${trimmed.slice(0, 60)}…`, 'it is longer than 4,096 characters')

  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed)?.[1]?.toLowerCase()
  const rest = scheme === undefined ? trimmed : trimmed.slice(scheme.length + 3)
  switch (scheme) {
    case 'hf':
    case 'huggingface':
      return parseHub(rest, text)
    case 'pypi':
      return parsePypi(rest, text)
    case 'npm':
      return parseNpm(rest, text)
    case 'file':
      return parseFileUrl(rest, text)
    case 'http':
    case 'https':
      return parseUrl(trimmed, text)
    case 'oci':
      return parseRegistry(rest, text, false)
    case 'docker':
      return parseRegistry(rest, text, true)
    case 'ollama':
      return parseLater('ollama', rest, text)
    case 'ms':
    case 'modelscope':
      return parseLater('ms', rest, text)
    case 'rlcr':
      return parseLater('rlcr', rest, text)
    case undefined:
      return parseBare(trimmed, text)
    default:
      throw invalid(
        text,
        `the scheme \`${scheme}://\` is not known`,
        'Known are hf://, pypi://, npm://, oci://, docker://, file:// and https://.',
      )
  }
}

/** The canonical form: `parseReference(formatReference(r))` equals `r`, and equal references have equal forms. */
export function formatReference(reference: Reference): string {
  switch (reference.scheme) {
    case 'hf': {
      const { organization, repository, file, quantization, revision } = reference
      const tail = file !== null ? `/${encodePath(file)}` : quantization !== null ? `:${quantization}` : ''
      return `hf://${organization}/${repository}${tail}${revision === null ? '' : `@${revision}`}`
    }
    case 'pypi':
    case 'npm': {
      const version = reference.version === null ? '' : `@${reference.version}`
      return `${reference.scheme}://${reference.package}${version}/${encodePath(reference.file)}`
    }
    case 'file':
      return reference.path.startsWith('/')
        ? `file://${encodePath(reference.path)}`
        : `file:${encodePath(reference.path)}`
    case 'http':
    case 'https':
      return reference.url
    case 'oci': {
      const { host, repository, tag, digest } = reference
      return `oci://${host}/${repository}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`
    }
    case 'ollama':
    case 'ms':
    case 'rlcr':
      return `${reference.scheme}://${reference.name}${reference.tag === null ? '' : `:${reference.tag}`}`
    case 'name':
      return `${reference.name}${reference.tag === null ? '' : `:${reference.tag}`}`
    case 'digest':
      return reference.digest
  }
}

function parseBare(text: string, original: string): Reference {
  if (/^sha256:/i.test(text)) {
    const digest = text.toLowerCase()
    if (!/^sha256:[0-9a-f]{8,64}$/.test(digest)) {
      throw invalid(original, 'a digest is `sha256:` and 8 to 64 hex digits')
    }
    return { scheme: 'digest', digest }
  }
  if (text.startsWith('file:')) return parseFilePath(text.slice('file:'.length), original, true)
  // Paths are taken as they are: a percent sign in a path that somebody typed means itself.
  if (/^(?:\/|\.\.?\/)/.test(text)) return parseFilePath(text, original, false)
  if (text.startsWith('~')) throw invalid(original, '`~` is not expanded here', 'Write the whole path.')
  if (/^[a-z]:[\\/]/i.test(text) || text.includes('\\')) {
    throw invalid(
      original,
      'it contains a backslash',
      'Write a path with forward slashes, e.g. `file:C:/models/m.gguf`.',
    )
  }
  const host = text.slice(0, text.indexOf('/')).toLowerCase()
  if (text.includes('/')) {
    if (hubHosts.has(host)) return parseHubPage(text.slice(host.length + 1), original)
    if (host === 'ollama.com') return parseLater('ollama', text.slice(host.length + 1), original)
    return parseHub(text, original)
  }
  const [name, tag] = splitTag(text)
  if (!component.test(name) || (tag !== null && !tagPattern.test(tag))) {
    throw invalid(original, 'it is no short name', 'A short name has the form `name` or `name:tag`, e.g. `granite:1b`.')
  }
  return { scheme: 'name', name: name.toLowerCase(), tag: tag?.toLowerCase() ?? null }
}

function parseHub(rest: string, original: string): HubReference {
  const hint =
    'The form is hf://organisation/repository[:QUANTISATION] or hf://organisation/repository/file.gguf[@revision].'
  const [path, named] = splitRevision(rest)
  const revision = named === 'main' ? null : named
  if (revision !== null && (!revisionPattern.test(revision) || /(?:^|\/)\.{0,2}(?:\/|$)/.test(revision))) {
    throw invalid(original, `\`${revision}\` is no revision`, hint)
  }
  const [organization = '', second = '', ...more] = path.split('/')
  const [repository, quantization] = splitTag(second)
  if (!hubName.test(organization) || !hubName.test(repository) || repository.includes('..')) {
    throw invalid(original, 'organisation or repository is missing or malformed', hint)
  }
  if (more.length > 0) {
    if (quantization !== null) throw invalid(original, 'it names both a quantisation and a file', hint)
    const file = decodePath(more.join('/'), (why) => invalid(original, why, hint))
    return { scheme: 'hf', organization, repository, file, quantization: null, revision }
  }
  if (quantization !== null && !tagPattern.test(quantization)) {
    throw invalid(original, `\`${quantization}\` is no quantisation`, hint)
  }
  return {
    scheme: 'hf',
    organization,
    repository,
    file: null,
    quantization: quantization === null || quantization.toLowerCase() === 'latest' ? null : quantization.toUpperCase(),
    revision,
  }
}

/** `org/repo/blob|resolve|raw|tree/REVISION/path`, as in the address bar of the hub's pages. */
function parseHubPage(path: string, original: string): HubReference {
  const [organization = '', repository = '', kind, revision, ...file] = path.replace(/\/+$/, '').split('/')
  if (kind === undefined || !['blob', 'resolve', 'raw', 'tree'].includes(kind) || revision === undefined) {
    return parseHub(path.replace(/\/+$/, ''), original)
  }
  const at = `@${revision}`
  return parseHub(`${organization}/${repository}${file.length > 0 ? `/${file.join('/')}` : ''}${at}`, original)
}

function parsePypi(rest: string, original: string): PackageReference {
  const hint = 'The form is pypi://package[@version]/path/of/the/file.'
  const slash = rest.indexOf('/')
  const [name, version] = splitRevision(slash < 0 ? rest : rest.slice(0, slash))
  if (!component.test(name)) throw invalid(original, 'the package name is malformed', hint)
  if (version !== null && !versionPattern.test(version)) throw invalid(original, `\`${version}\` is no version`, hint)
  if (slash < 0) throw invalid(original, 'it names no file in the package', hint)
  const file = decodePath(rest.slice(slash + 1), (why) => invalid(original, why, hint))
  // PEP 503: names that differ only in case or in runs of `-`, `_`, `.` are one.
  return { scheme: 'pypi', package: name.toLowerCase().replace(/[-_.]+/g, '-'), version, file }
}

function parseNpm(rest: string, original: string): PackageReference {
  const hint = 'The form is npm://[@scope/]package[@version]/path/of/the/file.'
  const parts = rest.split('/')
  const scoped = rest.startsWith('@')
  const head = parts.slice(0, scoped ? 2 : 1).join('/')
  const tail = parts.slice(scoped ? 2 : 1)
  const at = head.indexOf('@', 1)
  const name = at < 0 ? head : head.slice(0, at)
  const version = at < 0 ? null : head.slice(at + 1)
  const pieces = scoped ? name.slice(1).split('/') : [name]
  if (pieces.length !== (scoped ? 2 : 1) || !pieces.every((p) => npmPart.test(p)) || name.length > 214) {
    throw invalid(original, 'the package name is malformed', hint)
  }
  if (version !== null && !versionPattern.test(version)) throw invalid(original, `\`${version}\` is no version`, hint)
  if (tail.length === 0) throw invalid(original, 'it names no file in the package', hint)
  return {
    scheme: 'npm',
    package: name,
    version,
    file: decodePath(tail.join('/'), (why) => invalid(original, why, hint)),
  }
}

function parseFileUrl(rest: string, original: string): FileReference {
  // file:///abs or file://localhost/abs; another host would be a network share, which is not read.
  const path = rest.replace(/^localhost(?=\/)/i, '')
  if (!path.startsWith('/')) {
    throw invalid(original, 'it names a host', 'Write file:///absolute/path or file:relative/path.')
  }
  return parseFilePath(path, original, true)
}

function parseFilePath(path: string, original: string, encoded: boolean): FileReference {
  let plain = path
  if (encoded) {
    try {
      plain = decodeURIComponent(path)
    } catch {
      throw invalid(original, 'its percent encoding is malformed', 'Write a percent sign as %25.')
    }
  }
  if (/[\u0000-\u001f\u007f]/.test(plain)) throw invalid(original, 'it contains a control character')
  plain = plain.replace(/\/{2,}/g, '/').replace(/^(?:\.\/)+/, '')
  if (plain === '' || plain.endsWith('/')) throw invalid(original, 'it names a folder', 'Name a file.')
  return { scheme: 'file', path: plain }
}

function parseUrl(text: string, original: string): Reference {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw invalid(original, 'it is no valid address')
  }
  if (url.username !== '' || url.password !== '') {
    // The address itself is not repeated: it holds a secret.
    throw invalid(
      `${url.protocol}//…@${url.host}`,
      'it contains credentials',
      'Credentials do not belong in an address.',
    )
  }
  const secret = [...url.searchParams.keys()].find((name) => secretParameter.test(name))
  if (secret !== undefined) {
    throw invalid(
      `${url.origin}${url.pathname}?…`,
      `its parameter \`${secret}\` looks like a secret`,
      'Download the file yourself and name it with file://.',
    )
  }
  if (hubHosts.has(url.hostname)) return parseHubPage(url.pathname.slice(1), original)
  if (url.hostname === 'ollama.com') return parseLater('ollama', url.pathname.slice(1), original)
  if (url.pathname.endsWith('/')) throw invalid(original, 'it names no file', 'The address must end in a file name.')
  url.hash = ''
  return { scheme: url.protocol === 'https:' ? 'https' : 'http', url: url.href }
}

function parseRegistry(rest: string, original: string, docker: boolean): RegistryReference {
  const hint = 'The form is oci://host[:port]/repository[:tag] or oci://host[:port]/repository@sha256:….'
  if (/^[^/]*@[^/]*\//.test(rest)) {
    throw invalid(
      docker ? 'docker://…' : 'oci://…',
      'it contains credentials',
      'Log in with `podman login` or `docker login`.',
    )
  }
  const at = rest.indexOf('@')
  const digest = at < 0 ? null : rest.slice(at + 1)
  if (digest !== null && !isDigest(digest)) throw invalid(original, 'its digest is malformed', hint)
  let path = at < 0 ? rest : rest.slice(0, at)
  const first = path.split('/')[0] ?? ''
  // Docker's own rule: without a dot, a colon or `localhost`, the first part is no host but part of the repository.
  const hasHost = path.includes('/') && (/[.:]/.test(first) || first === 'localhost')
  if (!hasHost) {
    if (!docker) throw invalid(original, 'it names no registry', hint)
    path = `docker.io/${path.includes('/') ? path : `library/${path}`}`
  }
  const slash = path.indexOf('/')
  const host = path.slice(0, slash).toLowerCase()
  const [repository, tag] = splitTag(path.slice(slash + 1))
  if (!registryHost.test(host)) throw invalid(original, 'its host is malformed', hint)
  if (repository.length > 255 || !repository.split('/').every((part) => repositoryPart.test(part))) {
    throw invalid(original, 'its repository is malformed (lower case letters, digits, `.`, `_`, `-`)', hint)
  }
  if (tag !== null && !tagPattern.test(tag)) throw invalid(original, `\`${tag}\` is no tag`, hint)
  return { scheme: 'oci', host, repository, tag, digest }
}

function parseLater(scheme: LaterReference['scheme'], rest: string, original: string): LaterReference {
  const [name, tag] = splitTag(rest.replace(/^library\//, '').replace(/\/+$/, ''))
  if (
    name === '' ||
    !name.split('/').every((part) => component.test(part)) ||
    (tag !== null && !tagPattern.test(tag))
  ) {
    throw invalid(original, 'it is malformed', `The form is ${scheme}://[namespace/]name[:tag].`)
  }
  return { scheme, name, tag: tag === 'latest' ? null : tag }
}

/** The error for a source whose transport is not there yet, with what to use instead. */
export function unsupportedSource(reference: LaterReference): SanjhaError {
  const names = { ollama: 'the Ollama registry', ms: 'ModelScope', rlcr: 'RamaLama’s registry' }
  return new SanjhaError('unsupported', `Models cannot be pulled from ${names[reference.scheme]} yet.`, {
    hint: 'Use the same model from hf://, oci://, pypi://, npm:// or https://, or a local file with file://.',
    details: { reference: formatReference(reference) },
  })
}

/** A user name and password, in front of a host. Packages have their version behind an `@`. */
const credentials = /^(\s*(?!pypi:|npm:)[a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i

function invalid(reference: string, why: string, hint?: string): SanjhaError {
  const shown = reference.replace(credentials, '$1…@')
  return new SanjhaError('invalid_reference', `\`${shown}\` is not a model reference: ${why}.`, {
    ...(hint !== undefined && { hint }),
  })
}
