import { mkdir, rm } from 'node:fs/promises'
import { SanjhaError } from '../core/index.ts'
import { extractFiles } from './download/archive/extractFiles.ts'
import { cancelled, downloadFile } from './download/index.ts'
import type { PackageFilesRequest } from './fetchPackageFiles.ts'
import { type NetworkDeps, transportContext } from './pullContext.ts'
import { findNpmArchive, integrityDigest } from './transports/index.ts'

/** See `fetchPackageFiles`, which loads this only when it is called. */
export async function bringPackageFiles(request: PackageFilesRequest, deps: NetworkDeps = {}): Promise<void> {
  const { files, directory, signal } = request
  const expected = integrityDigest(request.integrity)
  if (expected === null) {
    throw new SanjhaError('invalid_request', `“${request.integrity}” is no integrity of an npm package.`)
  }
  try {
    const context = await transportContext(deps, signal)
    const { origin, digest } = await findNpmArchive(request.package, request.version, context)
    if (digest?.startsWith('sha512:') && digest !== expected) {
      throw new SanjhaError(
        'digest_mismatch',
        `${origin.label} is another archive than the one that this version of Sanjha knows; it is not fetched.`,
        {
          hint: 'The registry, or a mirror of it, has replaced the package. Ask whoever keeps it, or set registries.npm to another one.',
          details: { expected, offered: digest },
        },
      )
    }
    await mkdir(directory, { recursive: true })
    const freeSpace = deps.freeSpace && { freeSpace: deps.freeSpace }
    const archive = await downloadFile(
      {
        origin,
        directory,
        name: `${request.package.replaceAll(/[^\w.-]+/g, '_')}-${request.version}.tgz`,
        expected: { size: null, digest: expected },
        signal,
        onProgress: request.onProgress,
      },
      { net: context.net, ...freeSpace },
    )
    await extractFiles({ archive: archive.path, label: origin.label, files, directory, signal, ...freeSpace })
    await rm(archive.path, { force: true })
    await rm(`${archive.path}.done.json`, { force: true })
  } catch (error) {
    if (signal?.aborted) throw cancelled()
    throw SanjhaError.from(error)
  }
}
