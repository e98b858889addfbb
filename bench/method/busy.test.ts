import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { isAlive } from '../../src/engine/testing/isAlive.ts'
import { BusyMachine } from './busy.ts'

it('starts so many processes and ends them', async () => {
  const busy = new BusyMachine(2)
  const pids = busy.pids.map(Number)
  expect(pids.map(isAlive)).toEqual([true, true])
  await busy[Symbol.asyncDispose]()
  expect(pids.map(isAlive)).toEqual([false, false])
})

it('leaves nothing behind when whoever started it is killed', async () => {
  const module = new URL('busy.ts', import.meta.url).href
  const script = `import { BusyMachine } from '${module}'
    const busy = new BusyMachine(1)
    console.log(busy.pids[0])
    setInterval(() => {}, 1000)`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(parent.stdout, 'data')
  const pid = Number(String(line))
  expect(isAlive(pid)).toBe(true)
  parent.kill('SIGKILL')
  for (let i = 0; i < 100 && isAlive(pid); i++) await delay(50)
  expect(isAlive(pid)).toBe(false)
})
