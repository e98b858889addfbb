import { spawn } from 'node:child_process'
import type { RunProgram } from './contract.ts'

/**
 * Runs a program without a shell, with `env`. What it prints on stderr is dropped: it may hold secrets.
 * Ended after `timeoutMs` (then it counts as failed).
 */
export function createRunProgram(env: Readonly<Record<string, string | undefined>>, timeoutMs = 20_000): RunProgram {
  return async (command, args, signal) =>
    await new Promise((resolve, reject) => {
      // On Windows npm and pip shims are .cmd files, which only a shell runs; the arguments here hold no user text.
      const shell = process.platform === 'win32'
      const child = spawn(command, args, {
        env: { ...env },
        stdio: ['ignore', 'pipe', 'ignore'],
        shell,
        windowsHide: true,
        ...(signal && { signal }),
      })
      // Not Node's own `timeout`: for a program that is not there its timer would go on, and keep this process alive.
      const timer = setTimeout(() => child.kill(), timeoutMs)
      let stdout = ''
      child.stdout.setEncoding('utf8')
      child.stdout.on('data', (text: string) => {
        if (stdout.length < 4_000_000) stdout += text
      })
      child.once('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer)
        if (error.code === 'ENOENT' || error.code === 'EACCES') resolve(undefined)
        else reject(error)
      })
      child.once('close', (code) => {
        clearTimeout(timer)
        resolve({ code: code ?? 1, stdout })
      })
    })
}
