import module from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { cacheFolder } from './cacheFolder.js'
import { programName } from './programName.js'

/**
 * Starts the command line in this process. The compiled code of its modules is kept, which makes every later start quicker.
 * @param {string} root of the package
 */
export async function launch(root) {
  // In a folder of the user's own: one that others can write to would let them place code for us to run.
  if (!process.env.NODE_COMPILE_CACHE) module.enableCompileCache?.(join(cacheFolder(process.env), 'compiled'))
  const { main } = await import(pathToFileURL(join(root, 'dist', 'cli', 'main.js')).href)
  process.exitCode = await main(process.argv.slice(2), {
    // Asked for only when needed: the mere mention of `process.stdin` opens it.
    get stdin() {
      return process.stdin
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    get program() {
      return programName(root, process.env, process.cwd())
    },
  })
}

// Started as a program of its own by `runOn`, on another Node than the one that ran bin/sanjha.js.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { followParent } = await import('./runOn.js')
  followParent()
  await launch(dirname(dirname(dirname(process.argv[1]))))
}
