import { join } from 'node:path'
import { backendPins } from './backendPins.ts'
import type { BackendName, BackendPin, BackendPins } from './contract.ts'

/** The name of the platform in packages, e.g. `linux-x64`. */
export const platformName = (platform: string = process.platform, arch: string = process.arch): string =>
  `${{ darwin: 'mac', win32: 'win' }[platform] ?? platform}-${arch}`

export const backendNames: readonly BackendName[] = ['cpu', 'vulkan', 'cuda']

/** `linux-x64-vulkan`, and `linux-x64` for the CPU. */
export const backendId = (backend: BackendName, platform: string = platformName()): string =>
  backend === 'cpu' ? platform : `${platform}-${backend}`

/** Where a backend is installed, whether it is or not; undefined where there is none for this platform. */
export function backendDirectory(
  engines: string,
  id: string,
  pins: BackendPins = backendPins,
): { readonly directory: string; readonly pin: BackendPin } | undefined {
  const pin = pins[id]
  return pin && { pin, directory: join(engines, `${pin.version}-${id}`) }
}

/** Bytes of all files. */
export const unpackedSize = (pin: BackendPin): number =>
  pin.packages.flatMap(({ files }) => Object.values(files)).reduce((sum, { size }) => sum + size, 0)
