import { existsSync, readdirSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../support/run.ts'
import { peersFolder } from './findPeers.ts'

/** Its source distribution carries the same generation of llama.cpp that our native libraries are made from. */
const source = { name: 'llama_cpp_python', version: '0.3.36' }
const tools = ['cmake', 'ninja', 'scikit-build-core', 'flit-core']

const flags = [
  '-DCMAKE_BUILD_TYPE=Release',
  '-DGGML_NATIVE=ON',
  '-DGGML_OPENMP=ON',
  '-DLLAMA_BUILD_TOOLS=ON',
  '-DLLAMA_BUILD_SERVER=ON',
  '-DLLAVA_BUILD=OFF',
  '-DLLAMA_BUILD_MTMD=ON',
  '-DLLAMA_BUILD_UI=OFF',
  '-DLLAMA_USE_PREBUILT_UI=OFF',
  '-DLLAMA_CURL=OFF',
]

/**
 * Builds `llama-bench` and `llama-server` from the source package of llama-cpp-python, which pip brings from the index it is
 * configured with; cmake and ninja come the same way. Needs Python with venv, a C++ compiler, and about a quarter of an hour
 * per core. What is there already is not made again.
 */
export async function preparePeers(say: (line: string) => void): Promise<void> {
  const build = join(peersFolder, 'build')
  if (existsSync(join(build, 'bin', 'llama-server'))) {
    say('llama-bench and llama-server are there.')
    return
  }
  await mkdir(peersFolder, { recursive: true })
  const bin = join(peersFolder, 'venv', 'bin')
  if (!existsSync(join(bin, 'ninja'))) {
    say('Installing cmake and ninja …')
    await run('python3', ['-m', 'venv', join(peersFolder, 'venv')])
    await run(join(bin, 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...tools])
  }
  const sources = join(peersFolder, `${source.name}-${source.version}`, 'vendor', 'llama.cpp')
  if (!existsSync(join(sources, 'CMakeLists.txt'))) {
    say(`Fetching the source of ${source.name} ${source.version} …`)
    const what = `${source.name.replaceAll('_', '-')}==${source.version}`
    const how = ['--no-deps', '--no-binary', ':all:', '--no-build-isolation', '--quiet', '--dest', peersFolder]
    await run(join(bin, 'pip'), ['download', ...how, what], { cwd: peersFolder })
    const archive = readdirSync(peersFolder).find((name) => name.endsWith('.tar.gz'))
    if (archive === undefined) throw new Error('pip brought no source archive.')
    await run('tar', ['-xzf', join(peersFolder, archive), '-C', peersFolder])
  }
  say('Building llama-bench and llama-server; this takes a quarter of an hour per core …')
  const ninja = join(bin, 'ninja')
  await run(join(bin, 'cmake'), ['-G', 'Ninja', `-DCMAKE_MAKE_PROGRAM=${ninja}`, '-S', sources, '-B', build, ...flags])
  await run(ninja, ['-C', build, 'llama-bench', 'llama-server'])
  say('llama-bench and llama-server are built.')
}
