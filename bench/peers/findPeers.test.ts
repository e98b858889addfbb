import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findPeers, foldersIn, type PeerFolders } from './findPeers.ts'

let root: string
let folders: PeerFolders
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sanjha-peers-'))
  folders = foldersIn(join(root, 'prepared'))
})
afterEach(() => rm(root, { recursive: true }))

async function put(...path: string[]): Promise<string> {
  const file = join(...path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, '')
  return file
}

it('finds nothing where nothing is', () => {
  expect(findPeers({ PATH: root }, folders)).toEqual({
    llamaBench: undefined,
    llamaBenchPlain: undefined,
    llamaServer: undefined,
    llamaQuantize: undefined,
    python: undefined,
  })
})

it('finds both builds and the Python that were prepared', async () => {
  const llamaBench = await put(folders.build, 'bin', 'llama-bench')
  const llamaServer = await put(folders.build, 'bin', 'llama-server')
  const llamaQuantize = await put(folders.build, 'bin', 'llama-quantize')
  const llamaBenchPlain = await put(folders.buildPlain, 'bin', 'llama-bench')
  const command = await put(folders.venv, 'bin', 'python')
  await put(folders.build, 'bin', 'libllama.so')
  await put(folders.source, 'llama_cpp', '__init__.py')
  expect(findPeers({}, folders)).toEqual({
    llamaBench,
    llamaBenchPlain,
    llamaServer,
    llamaQuantize,
    python: { command, env: { PYTHONPATH: folders.source, LLAMA_CPP_LIB_PATH: join(folders.build, 'bin') } },
  })
})

it('takes what was named and nothing else', async () => {
  await put(folders.build, 'bin', 'llama-server')
  await put(folders.buildPlain, 'bin', 'llama-bench')
  const llamaBench = await put(root, 'one', 'llama-bench')
  const llamaBenchPlain = await put(root, 'two', 'llama-bench')
  const env = { SANJHA_BENCH_PEERS: join(root, 'one'), SANJHA_BENCH_PYTHON: 'python3.12' }
  const found = {
    llamaBench,
    llamaServer: undefined,
    llamaQuantize: undefined,
    python: { command: 'python3.12', env: {} },
  }
  expect(findPeers(env, folders)).toEqual({ ...found, llamaBenchPlain: undefined })
  expect(findPeers({ ...env, SANJHA_BENCH_PEERS_PLAIN: join(root, 'two') }, folders)).toEqual({
    ...found,
    llamaBenchPlain,
  })
})

it('looks for the first kind on the PATH too', async () => {
  const llamaBench = await put(root, 'bin', 'llama-bench')
  expect(findPeers({ PATH: join(root, 'bin') }, folders)).toMatchObject({ llamaBench, llamaBenchPlain: undefined })
})
