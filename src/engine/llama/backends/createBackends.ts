import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { acquireFileLock, type Clock, SanjhaError, systemClock, withFileLock } from '../../../core/index.ts'
import { backendDirectory, backendId, backendNames, platformName, unpackedSize } from './backendDirectory.ts'
import { backendPins } from './backendPins.ts'
import type { BackendPin, BackendPins, BackendStatus, Backends, FetchPackageFiles, GpuBackendName } from './contract.ts'

export interface BackendsOptions {
  /** Folder of all backends, e.g. `<data>/engines`. */
  readonly engines: string
  readonly fetch: FetchPackageFiles
  /** Absent: what this version of Sanjha knows. */
  readonly pins?: BackendPins
  /** Absent: this machine's. */
  readonly platform?: string
  readonly clock?: Clock
}

/** Another process may need hours for its download. */
const lockTimeoutMs = 24 * 3600 * 1000

/**
 * Installs, lists and removes the GPU backends of llama.cpp. A backend is a folder that appears whole, by one rename,
 * after each file in it was found to be the one whose digest is committed here; names in an archive decide nothing.
 */
export function createBackends(options: BackendsOptions): Backends {
  const { engines, fetch, pins = backendPins, platform = platformName(), clock = systemClock } = options

  const statusOf = async (name: GpuBackendName): Promise<BackendStatus> => {
    const found = backendDirectory(engines, backendId(name, platform), pins)
    if (found === undefined) {
      return { name, state: 'unsupported', version: null, license: null, size: null, directory: null, packages: [] }
    }
    const { pin, directory } = found
    const facts = {
      name,
      version: pin.version,
      license: pin.license,
      size: unpackedSize(pin),
      packages: pin.packages.map((one) => one.name),
    }
    const missing = await differingFiles(pin, directory)
    if (missing === undefined) return { ...facts, state: 'available', directory: null }
    return { ...facts, state: missing.length === 0 ? 'installed' : 'incomplete', directory }
  }

  const known = (given: string): { name: GpuBackendName; id: string; pin: BackendPin; directory: string } => {
    const name = backendNames.find((one) => one === given)
    if (name === undefined) {
      throw new SanjhaError('invalid_request', `There is no engine backend “${given}”.`, {
        hint: `There are ${backendNames.join(', ')}.`,
        param: 'name',
      })
    }
    if (name === 'cpu') {
      throw new SanjhaError('invalid_request', 'The CPU backend came with Sanjha and stays.', { param: 'name' })
    }
    const id = backendId(name, platform)
    const found = backendDirectory(engines, id, pins)
    if (found === undefined) {
      throw new SanjhaError('unsupported', `There is no ${name} backend for ${platform} that Sanjha can fetch.`, {
        hint: `There is one for: ${Object.keys(pins).join(', ')}. With a GPU elsewhere, run a server there and register it as a remote engine.`,
      })
    }
    return { name, id, ...found }
  }

  return {
    list: async () => {
      const cpu: BackendStatus = {
        name: 'cpu',
        state: 'built-in',
        version: null,
        license: 'MIT',
        size: null,
        directory: null,
        packages: [`@node-llama-cpp/${platform}`],
      }
      const gpu = backendNames.filter((name) => name !== 'cpu')
      return [cpu, ...(await Promise.all(gpu.map(statusOf)))]
    },

    install: async (given, { signal, onProgress } = {}) => {
      const { name, id, pin, directory } = known(given)
      signal?.throwIfAborted()
      const work = async (): Promise<BackendStatus> => {
        const before = await statusOf(name)
        if (before.state === 'installed') return before
        const staging = join(engines, `.staging-${pin.version}-${id}`)
        const files = join(staging, 'files')
        await rm(files, { recursive: true, force: true })
        await mkdir(files, { recursive: true })
        for (const [index, one] of pin.packages.entries()) {
          const label = pin.packages.length > 1 ? `${one.name} (${index + 1} of ${pin.packages.length})` : one.name
          await fetch({
            package: one.name,
            version: pin.version,
            integrity: one.integrity,
            files: Object.entries(one.files).map(([path, { size, sha256 }]) => ({
              member: `${one.folder}/${path}`,
              target: join(files, ...path.split('/')),
              size,
              digest: `sha256:${sha256}`,
            })),
            directory: staging,
            signal,
            onProgress: (progress) => onProgress?.({ step: `download ${label}`, ...progress }),
          })
        }
        await replaceDirectory(files, directory)
        await rm(staging, { recursive: true, force: true })
        return await statusOf(name)
      }
      const lock = join(engines, `.${id}.lock`)
      const quiet = { clock, ...(signal && { signal }) }
      const release = await acquireFileLock(lock, { ...quiet, timeoutMs: 0 }).catch((error: unknown) => {
        if (!SanjhaError.is(error) || error.code !== 'locked') throw error
        const message = 'Another process is installing this backend; waiting for it.'
        onProgress?.({ step: 'wait', completed: 0, total: null, message })
        return acquireFileLock(lock, { ...quiet, timeoutMs: lockTimeoutMs })
      })
      try {
        return await work()
      } finally {
        await release()
      }
    },

    remove: async (given) => {
      const { name, id, directory } = known(given)
      return await withFileLock(
        join(engines, `.${id}.lock`),
        async () => {
          const freedBytes = await sizeOfFolder(directory)
          if (freedBytes === undefined) {
            throw new SanjhaError('not_found', `The ${name} backend is not installed.`, {
              hint: '`sanjha engine list` shows what is.',
            })
          }
          // Gone at once for everybody who looks; a process that has the libraries open keeps them.
          const gone = `${directory}.removed-${process.pid}`
          await rename(directory, gone)
          await rm(gone, { recursive: true, force: true })
          await rm(join(engines, `.staging-${pins[id]?.version}-${id}`), { recursive: true, force: true })
          return { name, freedBytes }
        },
        { clock },
      )
    },
  }
}

/** Files that are missing or of another size; undefined when the folder is not there. */
async function differingFiles(pin: BackendPin, directory: string): Promise<string[] | undefined> {
  if ((await stat(directory).catch(() => undefined)) === undefined) return undefined
  const wrong: string[] = []
  for (const [path, { size }] of pin.packages.flatMap(({ files }) => Object.entries(files))) {
    const found = await stat(join(directory, ...path.split('/'))).catch(() => undefined)
    if (found?.size !== size) wrong.push(path)
  }
  return wrong
}

/** Puts `from` where `to` is, or was. Between the two renames there is no folder, but never half of one. */
async function replaceDirectory(from: string, to: string): Promise<void> {
  const old = `${to}.removed-${process.pid}`
  await rename(to, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  await rename(from, to)
  await rm(old, { recursive: true, force: true })
}

async function sizeOfFolder(directory: string): Promise<number | undefined> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => undefined)
  if (entries === undefined) return undefined
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}
