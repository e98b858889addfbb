import { createHash } from 'node:crypto'
import { open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SanjhaError } from '../../core/index.ts'
import { digestOfFile } from '../digest.ts'
import { extractMember } from './archive/extractMember.ts'
import type {
  ArchiveOrigin,
  BroughtFile,
  ByteOrigin,
  Expected,
  JoinedOrigin,
  LocalOrigin,
  TransferProgress,
} from './byteOrigin.ts'
import { requireSpace, spaceError } from './diskSpace.ts'
import { type DownloadTools, downloadFile } from './downloadFile.ts'
import { localSize } from './localSize.ts'
import { cancelled } from './openUrl.ts'
import { assertPlainName, findBrought, markBrought } from './partialFile.ts'
import { placeLocal } from './placeLocal.ts'

export interface BringRequest {
  readonly origin: ByteOrigin
  readonly directory: string
  readonly name: string
  readonly expected: Expected
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined
}

/**
 * Brings bytes from wherever they are into the staging folder, whole and verified, or rejects. Resumes what an earlier
 * attempt left there. Errors: those of `downloadFile`, and `not_found`, `invalid_file`, `invalid_reference`.
 */
export async function bringFile(request: BringRequest, tools: DownloadTools): Promise<BroughtFile> {
  const { origin } = request
  if (origin.kind === 'http') return await downloadFile({ ...request, origin }, tools)
  assertPlainName(request.name)
  if (request.signal?.aborted) throw cancelled()
  const earlier = await findBrought(request.directory, request.name, request.expected)
  if (earlier !== undefined) {
    request.onProgress?.({ completed: earlier.size, total: earlier.size })
    return earlier
  }
  try {
    switch (origin.kind) {
      case 'local':
        return await bringLocal(request, origin, tools)
      case 'archive':
        return await bringArchive(request, origin, tools)
      case 'joined':
        return await bringJoined(request, origin, tools)
    }
  } catch (error) {
    if (request.signal?.aborted) throw cancelled()
    throw error
  }
}

async function bringLocal(request: BringRequest, origin: LocalOrigin, tools: DownloadTools): Promise<BroughtFile> {
  const { directory, name, expected, signal } = request
  const target = join(directory, name)
  const size = await localSize(origin.path)
  request.onProgress?.({ completed: 0, total: size, message: `Reading ${name}` })
  await rm(target, { force: true })
  await placeLocal(origin.path, target, async () => await requireSpace(directory, size, name, tools.freeSpace))
  // Hashed where it will stay: the original may be written to at any time.
  const digest = await digestOfFile(target, signal)
  const file = { path: target, size: (await stat(target)).size, digest }
  try {
    check(expected, file, origin.path)
  } catch (error) {
    await rm(target, { force: true })
    throw error
  }
  return await done(request, file)
}

async function bringArchive(request: BringRequest, origin: ArchiveOrigin, tools: DownloadTools): Promise<BroughtFile> {
  const { directory, name, expected, signal } = request
  if (origin.archiveDigest === null && expected.digest === null) {
    throw new SanjhaError(
      'upstream_error',
      `The registry states no digest of ${origin.archive.label}, so nothing can be verified.`,
      {
        retryable: false,
        hint: 'Take another version or another source.',
      },
    )
  }
  // The archive and the file in it are on the disk together for a moment; better to know now than after hours.
  const need = (origin.archiveSize ?? 0) + (expected.size ?? 0)
  const id = createHash('sha256')
    .update(origin.archiveDigest ?? origin.archive.url)
    .digest('hex')
    .slice(0, 16)
  const there = await stat(join(directory, `archive-${id}.part`)).then(
    (s) => s.size,
    () => 0,
  )
  await requireSpace(directory, need - there, name, tools.freeSpace)
  const archive = await downloadFile(
    {
      origin: origin.archive,
      directory,
      name: `archive-${id}`,
      expected: { size: origin.archiveSize, digest: origin.archiveDigest },
      signal,
      onProgress: request.onProgress,
    },
    tools,
  )
  const temporary = join(directory, `${name}.unpacked`)
  let unpacked: { readonly size: number; readonly digest: string }
  try {
    // Only now, when the archive is known to be the one that the registry promised, is anything in it parsed.
    unpacked = await extractMember({
      archive: archive.path,
      format: origin.format,
      label: origin.archive.label,
      member: origin.member,
      target: temporary,
      directory,
      freeSpace: tools.freeSpace,
      signal,
    })
    check(expected, unpacked, `${origin.member} in ${origin.archive.label}`)
  } catch (error) {
    await rm(temporary, { force: true })
    // Right archive, wrong file: fetching it again would give the same. Where nobody promised the archive, it may be the
    // archive that is wrong, and keeping it would make every later attempt fail.
    const wrong = SanjhaError.is(error) && (error.code === 'digest_mismatch' || error.code === 'invalid_file')
    if (wrong && origin.archiveDigest === null) await forget(archive)
    throw error
  }
  await rename(temporary, join(directory, name))
  const file = await done(request, { path: join(directory, name), ...unpacked })
  await forget(archive)
  return file
}

/** Removes a brought file and the note that it is whole. */
async function forget(file: BroughtFile): Promise<void> {
  await rm(`${file.path}.done.json`, { force: true })
  await rm(file.path, { force: true })
}

async function bringJoined(request: BringRequest, origin: JoinedOrigin, tools: DownloadTools): Promise<BroughtFile> {
  const { directory, name, expected, signal } = request
  const total = origin.parts.reduce<number | null>(
    (sum, part) => (sum === null || part.size === null ? null : sum + part.size),
    0,
  )
  // The parts and the whole are on the disk together for a moment.
  if (expected.size !== null && (await stat(join(directory, partName(origin, 0))).catch(() => null)) === null) {
    await requireSpace(directory, 2 * expected.size, name, tools.freeSpace)
  }
  const parts: BroughtFile[] = []
  let before = 0
  for (const [index, part] of origin.parts.entries()) {
    const file = await bringFile(
      {
        origin: part.origin,
        directory,
        name: partName(origin, index),
        expected: { size: null, digest: null },
        signal,
        onProgress: (p) =>
          request.onProgress?.({ completed: before + p.completed, total, ...(p.message && { message: p.message }) }),
      },
      tools,
    )
    parts.push(file)
    // The archive's own size is what was counted while it came.
    before += part.size ?? file.size
  }
  const size = parts.reduce((sum, part) => sum + part.size, 0)
  await requireSpace(directory, size, name, tools.freeSpace)
  const temporary = join(directory, `${name}.joined`)
  const hash = createHash('sha256')
  const target = await open(temporary, 'w')
  let written = 0
  try {
    for (const part of parts) {
      const source = await open(part.path, 'r')
      try {
        for await (const chunk of source.createReadStream({ highWaterMark: 1 << 20, autoClose: false })) {
          signal?.throwIfAborted()
          hash.update(chunk as Buffer)
          await target.writeFile(chunk as Buffer)
          written += (chunk as Buffer).length
        }
      } finally {
        await source.close()
      }
    }
    await target.sync()
  } catch (error) {
    throw spaceError(error, name, written, size)
  } finally {
    await target.close()
  }
  const digest = `sha256:${hash.digest('hex')}`
  try {
    check(expected, { size, digest }, `${name}, joined from ${parts.length} parts,`)
  } catch (error) {
    await rm(temporary, { force: true })
    // Nobody promises a part by itself, so any of them may be the wrong one; kept, they would make every later attempt fail.
    for (const part of parts) await forget(part)
    throw error
  }
  await rename(temporary, join(directory, name))
  const file = await done(request, { path: join(directory, name), size, digest })
  for (const part of parts) await forget(part)
  return file
}

function partName(origin: JoinedOrigin, index: number): string {
  return `part-${String(index).padStart(3, '0')}-${origin.parts[index]?.name ?? ''}`
}

async function done(request: BringRequest, file: BroughtFile): Promise<BroughtFile> {
  await markBrought(request.directory, request.name, file)
  request.onProgress?.({ completed: file.size, total: file.size })
  return file
}

function check(expected: Expected, got: { size: number; digest: string }, what: string): void {
  const sizeWrong = expected.size !== null && expected.size !== got.size
  if (!sizeWrong && (expected.digest === null || expected.digest === got.digest)) return
  const promised = expected.digest ?? `${expected.size} bytes`
  throw new SanjhaError(
    'digest_mismatch',
    `${what} is not what was promised: promised was ${promised}, found were ${got.size} bytes with ${got.digest}. Nothing was kept.`,
    {
      hint: 'The file was replaced at its source. Take another source, or check where the promise comes from.',
      details: { promised: expected.digest, received: got.digest, size: got.size, source: what },
    },
  )
}
