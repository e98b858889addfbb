import { existsSync } from 'node:fs'
import { SanjhaError } from '../../../core/index.ts'
import { backendDirectory, backendId, platformName } from './backendDirectory.ts'
import { backendPins } from './backendPins.ts'
import type { BackendPins, GpuBackendName } from './contract.ts'

/** The folder of an installed backend. Errors: `unsupported` for this platform, `engine_unavailable` when it is not installed. */
export function findInstalledBackend(
  backend: GpuBackendName,
  engines: string | undefined,
  platform: string = platformName(),
  pins: BackendPins = backendPins,
): string {
  const found = engines === undefined ? undefined : backendDirectory(engines, backendId(backend, platform), pins)
  if (found === undefined) {
    throw new SanjhaError('unsupported', `There is no ${backend} backend for ${platform} that Sanjha can fetch.`, {
      hint: 'Set engine.backend to cpu, or run a server with a GPU and register it as a remote engine.',
    })
  }
  if (!existsSync(found.directory)) {
    throw new SanjhaError(
      'engine_unavailable',
      `The ${backend} backend is configured (engine.backend), but not installed.`,
      {
        retryable: false,
        hint: `\`sanjha engine install ${backend}\` fetches it; or set engine.backend to cpu.`,
      },
    )
  }
  return found.directory
}
