import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { localSize } from '../download/index.ts'
import { formatReference } from '../reference.ts'
import type { ResolvedFile, Transport } from './contract.ts'
import { fileRole, partNames, splitPart } from './fileRole.ts'

/** A file of this machine. It is linked or copied into the store and never changed. */
export const localFile: Transport<'file'> = {
  schemes: ['file'],
  resolve: async (reference, context) => {
    const path = isAbsolute(reference.path) ? reference.path : resolve(context.cwd, reference.path)
    const part = splitPart(basename(path))
    const paths = part === null ? [path] : partNames(part.base, part.count).map((name) => join(dirname(path), name))
    const files: ResolvedFile[] = []
    for (const file of paths) {
      const name = basename(file)
      files.push({
        name,
        role: fileRole(name) ?? 'weights',
        size: await localSize(file),
        digest: null,
        origin: { kind: 'local', path: file },
      })
    }
    return { source: formatReference({ scheme: 'file', path }), files, messages: [] }
  },
}
