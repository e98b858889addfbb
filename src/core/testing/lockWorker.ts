/** Run as a process by `fileLock.test.ts`: `node lockWorker.ts LOCK FILE TIMES [die]`. */
import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { withFileLock } from '../fileLock.ts'

const [lock, file, times, die] = process.argv.slice(2) as [string, string, string, string?]
for (let i = 0; i < Number(times); i++) {
  await withFileLock(lock, async () => {
    // Read, wait, write: without the lock, increments would be lost.
    const count = Number(await readFile(file, 'utf8'))
    await delay(Math.random() * 3)
    if (die !== undefined) process.kill(process.pid, 'SIGKILL')
    await writeFile(file, String(count + 1))
  })
}
