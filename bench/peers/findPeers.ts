import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { checkout } from '../support/checkout.ts'

/** Programs to measure against. Undefined: not installed. */
export interface Peers {
  readonly llamaBench: string | undefined
  readonly llamaServer: string | undefined
  /** A Python that can import `llama_cpp`. */
  readonly python: string | undefined
}

/** Where `--prepare` puts them. */
export const peersFolder: string = join(checkout, '.cache', 'peers')

/**
 * Looks in the folder of `--prepare` and then on the PATH; when `SANJHA_BENCH_PEERS` is set, there and nowhere else. `SANJHA_BENCH_PYTHON` names
 * the Python that has llama-cpp-python.
 */
export function findPeers(env: Readonly<Record<string, string | undefined>>): Peers {
  const given = env['SANJHA_BENCH_PEERS']
  const folders = given
    ? [given]
    : [join(peersFolder, 'build', 'bin'), ...(env['PATH'] ?? '').split(delimiter).filter(Boolean)]
  const find = (name: string): string | undefined => folders.map((folder) => join(folder, name)).find(existsSync)
  return {
    llamaBench: find('llama-bench'),
    llamaServer: find('llama-server'),
    python: env['SANJHA_BENCH_PYTHON'] || undefined,
  }
}
