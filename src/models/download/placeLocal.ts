import { constants } from 'node:fs'
import { copyFile, link, realpath, rm, stat } from 'node:fs/promises'
import { spaceError } from './diskSpace.ts'

/**
 * Makes `to` hold the bytes of `from`, as cheaply as is safe. `from` is never changed.
 *
 * A copy that shares its blocks (reflink) where the file system can. Else a second name for the same bytes (hard link),
 * but only if nobody is going to write into them: an edit of the original would otherwise change a stored model behind
 * its digest. That holds for files that are read-only and for the caches of other programs, which name files by their
 * digest. Else a copy.
 * @param beforeCopy called when the bytes will be needed twice; may refuse
 */
export async function placeLocal(from: string, to: string, beforeCopy: () => Promise<void>): Promise<void> {
  const original = await realpath(from)
  try {
    await copyFile(original, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE)
    return
  } catch {
    await rm(to, { force: true })
  }
  if (await staysAsItIs(original)) {
    try {
      await link(original, to)
      return
    } catch {
      // Another file system, one without links, or a file that is not ours to link.
    }
  }
  await beforeCopy()
  try {
    await copyFile(original, to, constants.COPYFILE_EXCL)
  } catch (error) {
    await rm(to, { force: true })
    throw spaceError(error, from, 0, null)
  }
}

async function staysAsItIs(path: string): Promise<boolean> {
  // `blobs/HEX` as the hub's cache has it, `blobs/sha256-HEX` as Ollama's, `blobs/sha256/HEX` as an OCI layout.
  if (/[/\\]blobs[/\\](?:sha256[-/\\])?[0-9a-f]{64}$/.test(path)) return true
  return ((await stat(path)).mode & 0o222) === 0
}
