// `npm test`: sets the checkout up, checks it, runs the tests, and ends with the one line that machines read.
// Arguments are passed on to vitest (`npm test -- src/core`); with any, only the tests run. `--deep` runs the long ones too.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { reportFailure } from '../bin/bootstrap/failure.js'
import { say } from '../bin/bootstrap/say.js'
import { prepare } from './setup/prepare.js'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const given = process.argv.slice(2)
const deep = given.includes('--deep')
const filters = given.filter((argument) => argument !== '--deep')

const total = { passed: 0, failed: 0, skipped: 0, reasons: /** @type {Record<string, number>} */ ({}) }
// Whatever happens, the last line is there; what ended unexpectedly counts as a failure.
let ended = false
process.on('exit', (code) => {
  if (!ended) total.failed++
  for (const [reason, count] of Object.entries(total.reasons)) process.stdout.write(`${count} skipped: ${reason}\n`)
  if (total.skipped > 0) process.stdout.write(`${total.skipped} skipped\n`)
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`)
  process.exitCode = code || (total.failed > 0 || total.passed === 0 ? 1 : 0)
})
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => process.exit(130))

try {
  const { node } = await prepare(root, { needsBuild: false })
  // Sources that do not compile are a failure, but no reason to hide what the tests say.
  await prepare(root).catch((error) => {
    reportFailure(error, 'Building')
    total.failed++
  })
  const env = {
    ...process.env,
    PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`,
    ...(!process.stdout.isTTY && { NO_COLOR: '1' }),
  }
  if (filters.length === 0) await check(node, env)
  await test(node, env)
} catch (error) {
  reportFailure(error, 'Testing')
  total.failed++
}
ended = true

/**
 * Types, style, boundaries and unused code: each counts as one test.
 * @param {string} node
 * @param {NodeJS.ProcessEnv} env
 */
async function check(node, env) {
  const { checks } = await import('./checks.js')
  for (const { name, command } of checks) {
    const start = Date.now()
    const { code, output } = await run(node, command, env, 'collect')
    const seconds = ((Date.now() - start) / 1000).toFixed(1)
    if (code === 0) total.passed++
    else total.failed++
    say(`check ${name}: ${code === 0 ? 'ok' : 'FAILED'} (${seconds} s)`)
    if (code !== 0) process.stdout.write(`${output}\n`)
  }
}

/**
 * @param {string} node
 * @param {NodeJS.ProcessEnv} env
 */
async function test(node, env) {
  const folder = mkdtempSync(join(tmpdir(), 'sanjha-test-'))
  const counts = join(folder, 'counts.json')
  try {
    const { code } = await run(node, ['node_modules/vitest/vitest.mjs', 'run', ...filters], {
      ...env,
      SANJHA_TEST_COUNTS: counts,
      ...(deep && { SANJHA_TEST_DEEP: '1' }),
    })
    const seen = read(counts)
    total.passed += seen.passed
    total.failed += seen.failed
    total.skipped += seen.skipped
    total.reasons = seen.reasons
    // A runner that crashed, or that never ended, has failed even when every test it came to has passed.
    if (!seen.finished || (code !== 0 && seen.failed === 0)) total.failed++
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * @param {string} path
 * @returns {{ passed: number, failed: number, skipped: number, reasons: Record<string, number>, finished: boolean }}
 */
function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return { passed: 0, failed: 0, skipped: 0, reasons: {}, finished: false }
  }
}

/**
 * @param {string} node
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {'inherit' | 'collect'} [output]
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function run(node, args, env, output = 'inherit') {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, {
      cwd: root,
      env,
      stdio: output === 'inherit' ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    })
    process.once('exit', () => child.kill())
    let text = ''
    const collect = (/** @type {Buffer} */ piece) => {
      text += piece
    }
    child.stdout?.on('data', collect)
    child.stderr?.on('data', collect)
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output: text.trim() }))
  })
}
