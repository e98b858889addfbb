import { SanjhaError } from '../../../core/index.ts'
import type { HttpOrigin } from '../../download/index.ts'
import { formatReference } from '../../reference.ts'
import type { Transport, TransportContext } from '../contract.ts'
import { fileRole } from '../fileRole.ts'
import { requestJson, unexpectedAnswer } from '../requestText.ts'
import { splitCredentials } from './credentials.ts'
import { npmSettings } from './npmSettings.ts'

interface Packument {
  readonly 'dist-tags'?: Readonly<Record<string, unknown>>
  readonly versions?: Readonly<
    Record<string, { readonly dist?: { readonly tarball?: unknown; readonly integrity?: unknown } }>
  >
}

/** Where the archive of a package is. */
export interface NpmArchive {
  readonly version: string
  readonly origin: HttpOrigin
  /** `sha512:` or `sha256:` and hex digits; null where the registry states none. */
  readonly digest: string | null
}

/** Asks the registry that npm uses for a package's archive. Errors: as `Transport.resolve`. */
export async function findNpmArchive(
  name: string,
  wanted: string | null,
  context: TransportContext,
): Promise<NpmArchive> {
  const settings = await npmSettings(name, context)
  const url = new URL(name.replace('/', '%2f'), settings.registry).href
  const authorization = await settings.authorization(url)
  const host = new URL(url).host
  const shared = {
    ...(settings.connection !== undefined && { connection: settings.connection }),
    accessHint: `Log in with \`npm login --registry ${settings.registry}\`.`,
  }
  const origin: HttpOrigin = {
    kind: 'http',
    url,
    label: `the package ${name} on ${host}`,
    ...(authorization !== null && { headers: { authorization } }),
    ...shared,
  }
  // The short form of a package's document: versions and where they are, without readmes.
  const { value } = await requestJson(
    origin,
    { accept: 'application/vnd.npm.install-v1+json, application/json;q=0.5' },
    context,
  )
  const document = value as Packument
  const version = chooseVersion(document, wanted, origin)
  const dist = document.versions?.[version]?.dist
  if (typeof dist?.tarball !== 'string' || !URL.canParse(dist.tarball)) throw unexpectedAnswer(origin)
  const tarball = splitCredentials(dist.tarball)
  const tarballAuthorization = tarball.authorization ?? (await settings.authorization(tarball.url))
  return {
    version,
    origin: {
      kind: 'http',
      url: tarball.url,
      label: `${name}@${version} on ${new URL(tarball.url).host}`,
      ...(tarballAuthorization !== null && { headers: { authorization: tarballAuthorization } }),
      ...shared,
    },
    digest: typeof dist.integrity === 'string' ? integrityDigest(dist.integrity) : null,
  }
}

/** One file in an npm package, from the registry that npm uses. */
export const npm: Transport<'npm'> = {
  schemes: ['npm'],
  resolve: async (reference, context) => {
    const { version, origin, digest } = await findNpmArchive(reference.package, reference.version, context)
    const name = reference.file.slice(reference.file.lastIndexOf('/') + 1)
    return {
      source: formatReference({ ...reference, version }),
      files: [
        {
          name,
          role: fileRole(name) ?? 'weights',
          size: null,
          digest: null,
          origin: {
            kind: 'archive',
            format: 'tar.gz',
            archive: origin,
            archiveSize: null,
            archiveDigest: digest,
            member: reference.file,
          },
        },
      ],
      messages: [],
    }
  },
}

function chooseVersion(document: Packument, wanted: string | null, origin: HttpOrigin): string {
  const tags = document['dist-tags'] ?? {}
  const version =
    wanted !== null && Object.hasOwn(document.versions ?? {}, wanted)
      ? wanted
      : Object.hasOwn(tags, wanted ?? 'latest')
        ? tags[wanted ?? 'latest']
        : undefined
  if (typeof version === 'string') return version
  const versions = Object.keys(document.versions ?? {})
  throw new SanjhaError('model_not_found', `${origin.label} has no version ${wanted ?? 'latest'}.`, {
    hint: versions.length > 0 ? `It has ${versions.slice(-5).join(', ')}.` : 'Check the spelling.',
  })
}

/** The strongest hash of a Subresource Integrity text (`sha512-BASE64 …`) that is strong enough, as `sha512:hex`; else null. */
export function integrityDigest(integrity: string): string | null {
  for (const [algorithm, bytes] of [
    ['sha512', 64],
    ['sha256', 32],
  ] as const) {
    for (const part of integrity.trim().split(/\s+/)) {
      const [name, base64 = ''] = part.split('?')[0]!.split(/-(.*)/s)
      const hash = Buffer.from(base64, 'base64')
      if (name === algorithm && hash.length === bytes) return `${algorithm}:${hash.toString('hex')}`
    }
  }
  return null
}
