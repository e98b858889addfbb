import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { noSpace, notWritable, SetupFailure } from './failure.js'

/**
 * How npm is started here: always as a script under a Node, never through a shell, so that Windows' `npm.cmd` is not needed.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {{ command: string, args: string[] }}
 * Errors: `SetupFailure` when there is none.
 */
export function findNpm(env = process.env) {
  const given = env.npm_execpath
  if (given && basename(given) === 'npm-cli.js' && existsSync(given))
    return { command: process.execPath, args: [given] }
  const inPackage = join('node_modules', 'npm', 'bin', 'npm-cli.js')
  for (const folder of (env.PATH ?? env.Path ?? '').split(delimiter).filter(Boolean)) {
    if (process.platform === 'win32') {
      if (existsSync(join(folder, 'npm.cmd')) && existsSync(join(folder, inPackage))) {
        return { command: process.execPath, args: [join(folder, inPackage)] }
      }
      continue
    }
    const found = join(folder, 'npm')
    if (!existsSync(found)) continue
    const script = realpathSync(found)
    if (basename(script) === 'npm-cli.js') return { command: process.execPath, args: [script] }
    return { command: found, args: [] }
  }
  for (const prefix of [dirname(process.execPath), join(dirname(dirname(process.execPath)), 'lib')]) {
    const script = join(prefix, inPackage)
    if (existsSync(script)) return { command: process.execPath, args: [script] }
  }
  throw new SetupFailure(
    'npm was not found: it is needed once, to fetch Node 24 and the dependencies.',
    'Install npm (it comes with Node), or see to it that its folder is on the PATH.',
  )
}

/**
 * Runs npm with the user's own configuration: registry, proxy and credentials are npm's business.
 * @param {string[]} args
 * @param {{ cwd: string, doing: string, env?: NodeJS.ProcessEnv, node?: string }} options `doing` begins the message of a
 * failure; `node` is the Node that npm itself runs on, which decides what optional packages it leaves out
 * @returns {Promise<string>} its standard output
 */
export async function runNpm(args, { cwd, doing, env = process.env, node }) {
  const npm = findNpm(env)
  const command = node && npm.command === process.execPath ? node : npm.command
  // Two quick retries: enough for a hiccup, and a machine without a network is told so within seconds.
  const patience = ['--fetch-retries=2', '--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=3000']
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error', '--no-progress']
  const { code, stdout, stderr } = await run(command, [...npm.args, ...args, ...patience, ...quiet], { cwd, env })
  if (code === 0) return stdout
  throw explainNpm(doing, `${stderr}\n${stdout}`)
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ code: number | null, stdout: string, stderr: string }>}
 */
export function run(command, args, { cwd, env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** @type {Record<string, string>} */
const networkCodes = {
  ENOTFOUND: 'its name could not be resolved',
  EAI_AGAIN: 'its name could not be resolved',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  ETIMEDOUT: 'it did not answer in time',
  ERR_SOCKET_TIMEOUT: 'it did not answer in time',
  FETCH_ERROR: 'it could not be reached',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no network',
  EPROTO: 'the encrypted connection failed',
  ERR_INVALID_URL: 'its address is not a valid URL',
}

/**
 * What npm's own words mean for the user.
 * @param {string} doing
 * @param {string} output of npm, both streams
 * @returns {SetupFailure}
 */
export function explainNpm(doing, output) {
  const code = /npm (?:error|ERR!) (?:code|errno) ([A-Z_0-9]+)/.exec(output)?.[1] ?? ''
  if (code === 'ENOSPC' || code === 'EDQUOT' || /\bENOSPC\b/.test(output)) return noSpace(doing)
  if (code in networkCodes) {
    return new SetupFailure(
      `${doing} failed: the package registry cannot be reached: ${networkCodes[code]}.`,
      'Check the network. Behind a proxy or with a registry of your own: `npm config get registry` and `npm config get proxy` show what npm uses.',
    )
  }
  if (/CERT|SELF_SIGNED/.test(code)) {
    return new SetupFailure(
      `${doing} failed: the registry's certificate is not trusted (${code}).`,
      'Where a company proxy signs connections anew, give its certificate to npm: `npm config set cafile FILE`.',
    )
  }
  if (code === 'E401' || code === 'E403') {
    return new SetupFailure(
      `${doing} failed: the package registry refuses access (${code}).`,
      'Log in with `npm login`, or check the token in your .npmrc.',
    )
  }
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') {
    const path = /npm (?:error|ERR!) path (.+)/.exec(output)?.[1]
    return notWritable(doing, path ? ` (${path})` : '')
  }
  const words = output
    .split('\n')
    .map((line) => line.replace(/^npm (?:error|ERR!) ?/, ''))
    .filter((line) => line.trim() && !/^code |complete log|^\s*at /.test(line))
    .slice(0, 5)
    .join('\n  ')
  return new SetupFailure(`${doing} failed. npm says:\n  ${words || 'nothing'}`)
}
