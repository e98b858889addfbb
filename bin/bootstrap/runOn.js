import { spawn } from 'node:child_process'

/** Signals that a person or a supervisor sends to stop or to nudge a program. */
const passedOn = /** @type {NodeJS.Signals[]} */ (
  process.platform === 'win32' ? ['SIGINT', 'SIGBREAK'] : ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR2']
)

/** How long a signal that came directly and the same one from the parent may lie apart, in milliseconds. */
const sameSignalMs = 300

/**
 * Runs a script on another Node as if it were this process: same terminal, same signals, same end.
 * @param {string} node its path
 * @param {string[]} args script and arguments
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, follows?: boolean }} [options] `follows`: the script calls `followParent`
 * @returns {Promise<number>} the exit code, which is also set on this process; when the child died of a signal, so does this process
 */
export function runOn(node, args, { env = process.env, cwd, follows = false } = {}) {
  return new Promise((resolve, reject) => {
    // The channel also closes when this process is gone, however it went: that is how the child learns it.
    const stdio = /** @type {import('node:child_process').StdioOptions} */ (
      follows ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit'
    )
    /** @type {import('node:child_process').ChildProcess} */
    const child = spawn(node, args, { stdio, env, ...(cwd && { cwd }) })
    const handlers = passedOn.map((signal) => {
      const handler = () => {
        if (child.connected) child.send(signal, () => {})
        else child.kill(signal)
      }
      process.on(signal, handler)
      return /** @type {const} */ ([signal, handler])
    })
    const release = () => {
      for (const [signal, handler] of handlers) process.removeListener(signal, handler)
    }
    child.on('error', (error) => {
      release()
      reject(error)
    })
    child.on('exit', (code, signal) => {
      release()
      if (signal) {
        process.kill(process.pid, signal)
        // Some signals cannot end a process on some platforms; then the shells' convention tells the same.
        setTimeout(() => process.exit(128), 1000).unref()
      }
      process.exitCode = code ?? 128
      resolve(code ?? 128)
    })
  })
}

/**
 * In the child: takes the signals that the parent passes on, and ends gracefully when the parent is gone.
 *
 * A terminal's Ctrl-C, or a signal to the whole process group, reaches parent and child. What the parent then passes on is
 * the same signal again and is left out: a program may take a second Ctrl-C for impatience.
 */
export function followParent() {
  if (!process.channel) return
  /** @type {Map<NodeJS.Signals, number>} */
  const cameDirectly = new Map()
  for (const signal of passedOn) {
    const note = () => {
      cameDirectly.set(signal, Date.now())
      // Listening has taken away what the signal does by itself. Where nobody else listens, that is what is wanted.
      if (process.listenerCount(signal) > 1) return
      process.removeListener(signal, note)
      process.kill(process.pid, signal)
    }
    process.on(signal, note)
  }
  process.on('message', (/** @type {NodeJS.Signals} */ signal) => {
    if (!passedOn.includes(signal)) return
    const received = Date.now()
    setTimeout(() => {
      const direct = cameDirectly.get(signal) ?? 0
      if (direct < received - sameSignalMs) process.kill(process.pid, signal)
    }, sameSignalMs / 3)
  })
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  // Waiting for all that must not keep a finished program alive.
  process.channel.unref()
}
