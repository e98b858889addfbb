import { spawn } from 'node:child_process'

/** Signals that a person or a supervisor sends to stop or to nudge a program. */
const passedOn = /** @type {NodeJS.Signals[]} */ (
  process.platform === 'win32' ? ['SIGINT', 'SIGBREAK'] : ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR2']
)

/**
 * Runs a script on another Node as if it were this process: same terminal, same signals, same end.
 * @param {string} node its path
 * @param {string[]} args script and arguments
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 * @returns {Promise<number>} the exit code, which is also set on this process; when the child died of a signal, so does this process
 */
export function runOn(node, args, { env = process.env, cwd } = {}) {
  return new Promise((resolve, reject) => {
    // The channel carries no messages. It closes when this process is gone, however it went: that is how the child learns it.
    const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env, ...(cwd && { cwd }) })
    const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
    const handlers = passedOn.map((signal) => {
      const handler = () => {
        // A terminal's Ctrl-C goes to the child as well; passed on, it would count twice there.
        if (atTerminal && (signal === 'SIGINT' || signal === 'SIGQUIT')) return
        child.kill(signal)
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
      resolve(process.exitCode)
    })
  })
}

/** In the child: ends gracefully when the process that started it is gone. */
export function followParent() {
  if (!process.channel) return
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  // Waiting for that must not keep a finished program alive.
  process.channel.unref()
}
