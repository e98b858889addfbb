#!/usr/bin/env node
// Starts Sanjha on a new enough Node. Everything in bin/ runs on Node 18 and needs no dependency.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const entry = join(root, 'bin', 'bootstrap', 'launch.js')

// The sources are beside us only in a checkout; an installed package comes built.
const isCheckout = existsSync(join(root, 'src', 'cli', 'main.ts'))

try {
  const { node } = isCheckout
    ? await (await import('../scripts/setup/prepare.js')).prepare(root)
    : await (await import('./bootstrap/installed.js')).prepareInstalled()
  if (process.env.npm_lifecycle_event) (await import('./bootstrap/followNpm.js')).followNpm(process.env)
  if (node === process.execPath) {
    const { launch } = await import('./bootstrap/launch.js')
    await launch(root)
  } else {
    const { runOn } = await import('./bootstrap/runOn.js')
    await runOn(node, [entry, ...process.argv.slice(2)], { follows: true })
  }
} catch (error) {
  const { reportFailure } = await import('./bootstrap/failure.js')
  process.exitCode = reportFailure(error, 'Starting Sanjha')
}
