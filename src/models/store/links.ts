import { link, mkdir, rm, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { isNodeError } from '../../core/index.ts'
import type { Blobs } from './blobs.ts'

/** Files with names, for models whose parts find each other by name (`model-00001-of-00003.gguf`). */
export interface Links {
  readonly directory: string
  /** Where a file of a split model is, or would be. */
  path(manifestDigest: string, name: string): string
  /** Makes the links of a model; does nothing for those that are there. */
  make(
    manifestDigest: string,
    files: readonly { readonly name: string; readonly digest: string; readonly size: number }[],
  ): Promise<void>
}

export function openLinks(root: string, blobs: Blobs): Links {
  const directory = join(root, 'models')
  const folder = (digest: string): string => join(directory, digest.slice('sha256:'.length))
  return {
    directory,
    path: (digest, name) => join(folder(digest), name),
    make: async (digest, files) => {
      await mkdir(folder(digest), { recursive: true })
      for (const file of files) {
        const path = join(folder(digest), file.name)
        const [present, blob] = await Promise.all(
          [path, blobs.path(file.digest)].map((each) => stat(each, { bigint: true }).catch(() => undefined)),
        )
        // The same file, not only one of the same size: a damaged one may have been replaced.
        if (present !== undefined && present.ino === blob?.ino && present.dev === blob.dev) continue
        await rm(path, { force: true })
        await linkOrSymlink(blobs.path(file.digest), path)
      }
    },
  }
}

async function linkOrSymlink(target: string, path: string): Promise<void> {
  try {
    await link(target, path)
  } catch (error) {
    if (!isNodeError(error) || error.code === 'EEXIST') return
    // Some file systems know no hard links.
    await symlink(target, path)
  }
}

/** True when the parts of a model find each other by name, so that they need links. */
export function needsLinks(files: readonly { readonly name: string }[]): boolean {
  return files.some((f) => /-\d{5}-of-\d{5}\.gguf$/.test(f.name))
}
