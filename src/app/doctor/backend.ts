import { verifyNativeLibraries } from '../../engine/index.ts'
import type { Check } from './contract.ts'

/** Whether what is set in engine.backend is there, and unaltered. Whether it finds a device, the check of the engine shows. */
export function backendCheck(verify: typeof verifyNativeLibraries = verifyNativeLibraries): Check {
  return {
    id: 'backend',
    title: 'Engine backend',
    network: false,
    run: async ({ backends, config }) => {
      const { backend } = config.engine
      const status = (await backends.list()).find(({ name }) => name === backend)
      if (backend === 'cpu') return { outcome: 'ok', message: 'The CPU computes (engine.backend: cpu).' }
      if (status?.state !== 'installed' || status.directory === null) {
        const unsupported = status?.state === 'unsupported'
        return {
          outcome: 'problem',
          message: `engine.backend is ${backend}, ${unsupported ? 'and there is none for this platform' : status?.state === 'incomplete' ? 'and its files are incomplete' : 'but it is not installed'}.`,
          remedy: unsupported ? 'sanjha config set engine.backend cpu' : `sanjha engine install ${backend}`,
        }
      }
      const { count } = await verify({ directory: status.directory, backend })
      return {
        outcome: 'ok',
        message: `${backend} ${status.version}: ${count} libraries with the pinned digests in ${status.directory}`,
      }
    },
  }
}

export const checkBackend: Check = backendCheck()
