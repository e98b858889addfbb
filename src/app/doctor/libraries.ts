import { verifyNativeLibraries } from '../../engine/index.ts'
import type { Check } from './contract.ts'

/** What is missing or altered, the error says. */
export function librariesCheck(verify: typeof verifyNativeLibraries = verifyNativeLibraries): Check {
  return {
    id: 'libraries',
    title: 'Engine libraries',
    network: false,
    run: async () => {
      const { directory, count } = await verify()
      return { outcome: 'ok', message: `${count} llama.cpp libraries with the pinned digests in ${directory}` }
    },
  }
}

export const checkLibraries: Check = librariesCheck()
