import { verifyNativeLibraries } from '../../engine/index.ts'
import type { Check } from './contract.ts'

export const checkLibraries: Check = {
  id: 'libraries',
  title: 'Engine libraries',
  network: false,
  run: async () => {
    const { directory, count } = await verifyNativeLibraries()
    return { outcome: 'ok', message: `${count} llama.cpp libraries with the pinned digests in ${directory}` }
  },
}
