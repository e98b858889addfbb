/**
 * Started by `npm start`, there is a shell between npm and us. When npm is told to end, it ends the shell, and nobody tells
 * us: the server would stay behind, holding its port. So the shell's end is taken for the signal.
 * @param {NodeJS.ProcessEnv} env what starts programs later must not do the same: the mark is removed
 */
export function followNpm(env) {
  if (!env.npm_lifecycle_event || process.platform === 'win32') return
  delete env.npm_lifecycle_event
  const shell = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, 500)
  timer.unref()
}
