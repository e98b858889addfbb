import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { extractFile } from './extract.js'
import { explainFailure, SetupFailure } from './failure.js'
import { isNewEnough } from './isNewEnough.js'
import { withLock } from './lock.js'
import { runNpm } from './npm.js'
import { oldestNode, pinnedNode } from './pins.js'
import { libc, platformName } from './platform.js'
import { saying } from './say.js'
import { needSpace } from './space.js'

const executable = process.platform === 'win32' ? 'node.exe' : 'node'

/**
 * Where a fetched Node lies. The folder may be shared by machines of several kinds.
 * @param {string} tools the folder for fetched programs
 */
export function fetchedNode(tools) {
  return join(tools, `node-${pinnedNode.version}-${platformName()}`, executable)
}

/**
 * A new enough Node: the one that runs this, one fetched earlier, one on the PATH, else one fetched now.
 * @param {{ tools: string, env?: NodeJS.ProcessEnv, current?: { version: string, path: string }, platform?: string }} options
 * @returns {Promise<string>} its path
 */
export async function findNode({ tools, env = process.env, current, platform }) {
  const running = current ?? { version: process.version, path: process.execPath }
  if (isNewEnough(running.version)) return running.path
  const fetched = fetchedNode(tools)
  if (existsSync(fetched)) return fetched
  return nodeOnPath(env, running.path) ?? (await fetchNode({ tools, env, ...(platform && { platform }) }))
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} except a Node that is known to be too old
 * @returns {string | undefined}
 */
function nodeOnPath(env, except) {
  for (const folder of (env.PATH ?? env.Path ?? '').split(delimiter).filter(Boolean)) {
    const candidate = join(folder, executable)
    if (candidate === except || !existsSync(candidate)) continue
    const { status, stdout } = spawnSync(candidate, ['--version'], { encoding: 'utf8', timeout: 5000 })
    if (status === 0 && isNewEnough(stdout.trim())) return candidate
  }
  return undefined
}

/**
 * Fetches the pinned Node from the registry that npm is configured with, verifies it, and puts it in its place by rename.
 * Two processes at once fetch it once.
 * @param {{ tools: string, env?: NodeJS.ProcessEnv, platform?: string }} options `platform`: e.g. `linux-x64`
 * @returns {Promise<string>} the path of the binary
 */
export async function fetchNode({ tools, env = process.env, platform = `${process.platform}-${process.arch}` }) {
  const pin = pinnedNode.packages[platform]
  if (!pin) {
    throw new SetupFailure(
      `Sanjha needs Node ${oldestNode} or newer; this is Node ${process.versions.node}, and there is none to fetch for ${platform}.`,
      `Install Node ${oldestNode} or newer by hand and start again.`,
    )
  }
  const doing = `Fetching Node ${pinnedNode.version}`
  const target = fetchedNode(tools)
  try {
    return await withLock(join(tools, 'node.lock'), async () => {
      if (existsSync(target)) return target
      removeLeftovers(tools)
      needSpace(tools, pinnedNode.packedSize + pinnedNode.unpackedSize, doing)
      const size = Math.round(pinnedNode.packedSize / 1e6)
      await saying(`${doing} (about ${size} MB; this machine's is ${process.versions.node})`, async () => {
        const scratch = mkdtempSync(join(tools, 'fetching-'))
        try {
          await fetchInto(scratch, pin, doing, env)
          const candidate = join(scratch, executable)
          mustStart(candidate, doing)
          mkdirSync(dirname(target), { recursive: true })
          renameSync(candidate, target)
        } finally {
          rmSync(scratch, { recursive: true, force: true })
        }
      })
      return target
    })
  } catch (error) {
    throw explainFailure(error, doing)
  }
}

/**
 * @param {string} scratch
 * @param {{ name: string, binary: string, integrity: string, version?: string }} pin
 * @param {string} doing
 * @param {NodeJS.ProcessEnv} env
 */
async function fetchInto(scratch, pin, doing, env) {
  const spec = `${pin.name}@${pin.version ?? pinnedNode.version}`
  await runNpm(['pack', spec, '--pack-destination', scratch, '--ignore-scripts'], { cwd: scratch, doing, env })
  const archive = readdirSync(scratch).find((name) => name.endsWith('.tgz'))
  if (!archive) throw new SetupFailure(`${doing} failed: npm gave no package ${spec}.`)
  const path = join(scratch, archive)
  const integrity = await sha512(path)
  if (integrity !== pin.integrity) {
    throw new SetupFailure(
      `${doing} failed: the package ${spec} that the registry gave is not the one that was promised.\n  promised ${pin.integrity}\n  received ${integrity}`,
      'It was deleted and nothing of it ran. Check which registry npm uses: `npm config get registry`.',
    )
  }
  await extractFile(path, pin.binary, join(scratch, executable))
}

/**
 * A binary can be the promised one and still not start, for want of its C library or of a newer kernel. What is kept is
 * taken without a question ever after.
 * @param {string} node
 * @param {string} doing
 */
function mustStart(node, doing) {
  const { status, signal, stdout, stderr, error } = spawnSync(node, ['--version'], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  if (status === 0 && isNewEnough(stdout.trim())) return
  const said =
    error?.message ?? (stderr.trim().split('\n')[0] || (signal ? `it ended with ${signal}` : `exit status ${status}`))
  const isMusl = process.platform === 'linux' && libc() === 'musl'
  throw new SetupFailure(
    isMusl
      ? `${doing} failed: Linux with musl (as Alpine) is not supported: the Node that the registry has needs glibc and does not start here (${said}).`
      : `${doing} failed: the Node that the registry has does not start on this machine (${said}).`,
    isMusl
      ? 'Use a distribution with glibc, such as Debian, Fedora or Ubuntu, also as the base of a container.'
      : `It was deleted. Install Node ${oldestNode} or newer by hand, put its folder on the PATH, and start again.`,
  )
}

/**
 * @param {string} path
 * @returns {Promise<string>} as in a lock file, e.g. `sha512-…`
 */
export async function sha512(path) {
  const hash = createHash('sha512')
  for await (const piece of createReadStream(path)) hash.update(piece)
  return `sha512-${hash.digest('base64')}`
}

/**
 * What a killed fetch left behind. Only called under the lock.
 * @param {string} tools
 */
function removeLeftovers(tools) {
  for (const name of readdirSync(tools)) {
    if (name.startsWith('fetching-')) rmSync(join(tools, name), { recursive: true, force: true })
  }
}
