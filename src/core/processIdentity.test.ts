import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { processState, thisProcess } from './processIdentity.ts'

it('knows itself, and survives JSON', () => {
  expect(processState(JSON.parse(JSON.stringify(thisProcess())))).toBe('alive')
})

it('tells a later process with the same pid apart', () => {
  const me = thisProcess()
  if (me.started === null) return // this system does not say when a process started
  expect(processState({ ...me, started: '1' })).toBe('dead')
})

it('sees that a process has died', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await once(child, 'spawn')
  const identity = { ...thisProcess(), pid: child.pid as number, started: null }
  expect(processState(identity)).toBe('alive')
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(processState(identity)).toBe('dead')
})

it('does not judge processes of other machines and containers', () => {
  const me = thisProcess()
  expect(processState({ ...me, host: 'elsewhere' })).toBe('unknown')
  expect(processState({ ...me, namespace: 'pid:[1]' })).toBe('unknown')
  expect(processState({ ...me, boot: 'an earlier one' })).toBe('dead')
})
