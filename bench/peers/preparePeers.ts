import { existsSync, readdirSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../support/run.ts'
import { peerFolders, sourcePackage } from './findPeers.ts'

const tools = ['cmake', 'ninja', 'scikit-build-core', 'flit-core']
/** What llama-cpp-python imports. It is used from its unpacked source, with the libraries that are built here. */
const pythonNeeds = ['numpy', 'jinja2', 'diskcache', 'typing-extensions']

const flags = [
  '-DCMAKE_BUILD_TYPE=Release',
  '-DGGML_NATIVE=ON',
  '-DLLAMA_BUILD_TOOLS=ON',
  '-DLLAVA_BUILD=OFF',
  '-DLLAMA_BUILD_UI=OFF',
  '-DLLAMA_USE_PREBUILT_UI=OFF',
  '-DLLAMA_CURL=OFF',
]

interface Build {
  readonly folder: string
  readonly what: string
  readonly flags: readonly string[]
  readonly targets: readonly string[]
}

const builds: readonly Build[] = [
  {
    folder: peerFolders.build,
    what: 'llama-bench, llama-server and llama-quantize with OpenMP',
    flags: ['-DGGML_OPENMP=ON', '-DLLAMA_BUILD_SERVER=ON', '-DLLAMA_BUILD_MTMD=ON'],
    targets: ['llama-bench', 'llama-server', 'llama-quantize'],
  },
  {
    folder: peerFolders.buildPlain,
    what: 'llama-bench with ggml’s own threads',
    flags: ['-DGGML_OPENMP=OFF', '-DLLAMA_BUILD_SERVER=OFF'],
    targets: ['llama-bench'],
  },
]

/**
 * Builds `llama-bench` (with OpenMP and without), `llama-server` and `llama-quantize` from the source package of llama-cpp-python, which pip brings
 * from the index it is configured with; cmake, ninja and what llama-cpp-python imports come the same way. Needs Python with venv, a
 * C++ compiler, and about half an hour of one core. What is there already is not made again.
 */
export async function preparePeers(say: (line: string) => void): Promise<void> {
  const { root, venv, source } = peerFolders
  await mkdir(root, { recursive: true })
  const bin = join(venv, 'bin')
  if (!existsSync(join(bin, 'ninja'))) {
    say('Installing cmake and ninja …')
    await run('python3', ['-m', 'venv', venv])
    await install(tools)
  }
  const sources = join(source, 'vendor', 'llama.cpp')
  if (!existsSync(join(sources, 'CMakeLists.txt'))) {
    say(`Fetching the source of ${sourcePackage.name} ${sourcePackage.version} …`)
    const what = `${sourcePackage.name.replaceAll('_', '-')}==${sourcePackage.version}`
    const how = ['--no-deps', '--no-binary', ':all:', '--no-build-isolation', '--quiet', '--dest', root]
    await run(join(bin, 'pip'), ['download', ...how, what], { cwd: root })
    const archive = readdirSync(root).find((name) => name.endsWith('.tar.gz'))
    if (archive === undefined) throw new Error('pip brought no source archive.')
    await run('tar', ['-xzf', join(root, archive), '-C', root])
  }
  for (const build of builds) {
    if (build.targets.every((target) => existsSync(join(build.folder, 'bin', target)))) {
      say(`There is: ${build.what}.`)
      continue
    }
    say(`Building ${build.what}; this takes a quarter of an hour of one core …`)
    const ninja = join(bin, 'ninja')
    const how = ['-G', 'Ninja', `-DCMAKE_MAKE_PROGRAM=${ninja}`, '-S', sources, '-B', build.folder]
    await run(join(bin, 'cmake'), [...how, ...flags, ...build.flags])
    await run(ninja, ['-C', build.folder, ...build.targets])
    say(`Built: ${build.what}.`)
  }
  if (
    !(await run(join(bin, 'python'), ['-c', 'import numpy, jinja2, diskcache, typing_extensions']).then(
      () => true,
      () => false,
    ))
  ) {
    say('Installing what llama-cpp-python imports …')
    await install(pythonNeeds)
  }
  say('llama-cpp-python is ready.')
}

async function install(packages: readonly string[]): Promise<void> {
  await run(join(peerFolders.venv, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...packages])
}
