import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { gzipSync } from 'node:zlib'

export interface LabFile {
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The same, packed by gzip; undefined for what is packed already. */
  readonly gzip: Uint8Array<ArrayBuffer> | undefined
  readonly etag: string
}

/** Path under `/lab/` → file. Only what is in it is ever served: a path from outside is looked up, not opened. */
export type LabFiles = ReadonlyMap<string, LabFile>

/** Where the page that every address of the Lab gets lies. */
export const entry = 'index.html'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** Reads the built Lab; empty where none was built. Files of a kind that it should not have are left out. */
export function readLabFiles(folder: string): LabFiles {
  const files = new Map<string, LabFile>()
  let found: { parentPath: string; name: string }[]
  try {
    found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return files
    throw error
  }
  for (const { parentPath, name } of found) {
    const type = types[extname(name)]
    if (type === undefined) continue
    const path = join(parentPath, name)
    const bytes = Uint8Array.from(readFileSync(path))
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
    const gzip = extname(name) === '.woff2' ? undefined : Uint8Array.from(gzipSync(bytes, { level: 9 }))
    files.set(relative(folder, path).split(sep).join('/'), { type, bytes, gzip, etag })
  }
  return files
}
