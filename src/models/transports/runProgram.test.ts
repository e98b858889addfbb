import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createRunProgram } from './runProgram.ts'

const print = (script: string): [string, string[]] => [process.execPath, ['-e', script]]

test('a program that is there, one that fails, one that takes too long, and none', async () => {
  const run = createRunProgram(process.env)
  expect(await run(...print('console.log(1); console.error(2)'))).toEqual({ code: 0, stdout: '1\n' })
  expect(await run(...print('process.exit(3)'))).toEqual({ code: 3, stdout: '' })
  const impatient = createRunProgram(process.env, 50)
  expect((await impatient(...print('setInterval(() => {}, 1000)')))?.code).not.toBe(0)
  expect(await run('no-program-of-this-name', [])).toBeUndefined()
})

test('nothing is left that would keep a process alive that asked for a program that is not there', async () => {
  const script = `
    import { createRunProgram } from ${JSON.stringify(new URL('./runProgram.ts', import.meta.url).href)}
    await createRunProgram(process.env)('no-program-of-this-name', [])
    console.log(process.getActiveResourcesInfo().includes('Timeout'))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
  expect(stdout.trim()).toBe('false')
})
