// `npm run check`: types, style, boundaries, unused code; all of them, so that one failure does not hide the next.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { reportFailure } from '../bin/bootstrap/failure.js'
import { runOn } from '../bin/bootstrap/runOn.js'
import { say } from '../bin/bootstrap/say.js'
import { checks } from './checks.js'
import { prepare } from './setup/prepare.js'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const only = process.argv[2]

try {
  const { node } = await prepare(root, { needsBuild: false })
  const failed = []
  for (const { name, command } of checks) {
    if (only && name !== only) continue
    say(`check ${name} …`)
    if ((await runOn(node, command, { cwd: root })) !== 0) failed.push(name)
  }
  process.exitCode = failed.length === 0 ? 0 : 1
  say(failed.length === 0 ? 'all checks passed' : `failed: ${failed.join(', ')}`)
} catch (error) {
  process.exitCode = reportFailure(error, 'Checking')
}
