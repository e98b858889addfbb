import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { checkout } from '../support/checkout.ts'

/** Programs to measure against. Undefined: not installed. */
export interface Peers {
  /** Built for this processor, with OpenMP, as one who builds it here gets it. */
  readonly llamaBench: string | undefined
  /** The same source with ggml's own threads, which is how the libraries are built that Sanjha uses. */
  readonly llamaBenchPlain: string | undefined
  readonly llamaServer: string | undefined
  /** Makes the same model in other formats. */
  readonly llamaQuantize: string | undefined
  readonly python: PythonPeer | undefined
}

/** A Python that can import `llama_cpp` when it has this in its environment besides. */
export interface PythonPeer {
  readonly command: string
  readonly env: Readonly<Record<string, string>>
}

/** Where `--prepare` puts what it makes. */
export interface PeerFolders {
  readonly root: string
  readonly venv: string
  /** The source package of llama-cpp-python, unpacked. */
  readonly source: string
  readonly build: string
  readonly buildPlain: string
}

/** Its source distribution carries the same generation of llama.cpp that our native libraries are made from. */
export const sourcePackage = { name: 'llama_cpp_python', version: '0.3.36' } as const

export const peerFolders: PeerFolders = foldersIn(join(checkout, '.cache', 'peers'))

export function foldersIn(root: string): PeerFolders {
  return {
    root,
    venv: join(root, 'venv'),
    source: join(root, `${sourcePackage.name}-${sourcePackage.version}`),
    build: join(root, 'build'),
    buildPlain: join(root, 'build-plain'),
  }
}

/**
 * Looks where `--prepare` puts them, for the first kind also on the PATH. `SANJHA_BENCH_PEERS` and `SANJHA_BENCH_PEERS_PLAIN` name folders with
 * other builds of the two kinds, `SANJHA_BENCH_PYTHON` a Python that has llama-cpp-python; when one is set, there and nowhere else.
 */
export function findPeers(
  env: Readonly<Record<string, string | undefined>>,
  folders: PeerFolders = peerFolders,
): Peers {
  const given = env['SANJHA_BENCH_PEERS']
  const path = (env['PATH'] ?? '').split(delimiter).filter(Boolean)
  const first = given ? [given] : [join(folders.build, 'bin'), ...path]
  // Whoever names one kind means what he named: no other kind comes along from elsewhere.
  const second = env['SANJHA_BENCH_PEERS_PLAIN'] || (given ? undefined : join(folders.buildPlain, 'bin'))
  return {
    llamaBench: find(first, 'llama-bench'),
    llamaBenchPlain: second === undefined ? undefined : find([second], 'llama-bench'),
    llamaServer: find(first, 'llama-server'),
    llamaQuantize: find(first, 'llama-quantize'),
    python: findPython(env['SANJHA_BENCH_PYTHON'], folders),
  }
}

/** Prepared, it takes the libraries that were built for llama-bench: nothing needs to be built again. */
function findPython(given: string | undefined, { venv, source, build }: PeerFolders): PythonPeer | undefined {
  if (given) return { command: given, env: {} }
  const command = join(venv, 'bin', 'python')
  const libraries = join(build, 'bin')
  if (![command, join(source, 'llama_cpp'), join(libraries, 'libllama.so')].every(existsSync)) return undefined
  return { command, env: { PYTHONPATH: source, LLAMA_CPP_LIB_PATH: libraries } }
}

function find(folders: readonly string[], name: string): string | undefined {
  return folders.map((folder) => join(folder, name)).find(existsSync)
}
