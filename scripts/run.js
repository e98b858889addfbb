// `node scripts/run.js FILE [ARGUMENTS]`: runs a TypeScript or JavaScript file of the checkout on a new enough Node, unbuilt.
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { reportFailure, SetupFailure } from '../bin/bootstrap/failure.js'
import { runOn } from '../bin/bootstrap/runOn.js'
import { prepare } from './setup/prepare.js'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [file, ...args] = process.argv.slice(2)

try {
  if (!file) throw new SetupFailure('No file was given.', 'Usage: node scripts/run.js FILE [ARGUMENTS]')
  const { node } = await prepare(root, { needsBuild: false })
  await runOn(node, [resolve(root, file), ...args])
} catch (error) {
  process.exitCode = reportFailure(error, 'Running')
}
