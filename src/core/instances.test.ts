import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { listInstances, readInstanceToken, registerInstance } from './instances.ts'

let folder: string
let paths: { instances: string }
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-instances-'))
  paths = { instances: join(folder, 'instances') }
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('knows who runs, and no longer who has left', async () => {
  expect(await listInstances(paths)).toEqual([])
  const server = await registerInstance(paths, { kind: 'server', url: 'http://127.0.0.1:1', logFile: '/l' })
  const run = await registerInstance(paths, { kind: 'run' })
  const found = await listInstances(paths)
  expect(found.map((i) => i.kind).toSorted()).toEqual(['run', 'server'])
  expect(found).toContainEqual(server.instance)
  expect(server.instance).toMatchObject({ pid: process.pid, url: 'http://127.0.0.1:1', logFile: '/l' })
  await run.unregister()
  expect(await listInstances(paths)).toEqual([server.instance])
  await server.unregister()
  await server.unregister()
  expect(await readdir(paths.instances)).toEqual([])
})

it('keeps the token from everybody else', async () => {
  const { instance, token } = await registerInstance(paths, { kind: 'server', url: 'http://127.0.0.1:1' })
  expect(token).toMatch(/^[0-9a-f]{64}$/)
  expect(await readInstanceToken(instance)).toBe(token)
  expect(JSON.stringify(instance)).not.toContain(token)
  if (process.platform !== 'win32') {
    expect((await stat(instance.tokenFile)).mode & 0o777).toBe(0o600)
    expect((await stat(paths.instances)).mode & 0o777).toBe(0o700)
  }
  await rm(instance.tokenFile)
  await expect(readInstanceToken(instance)).rejects.toMatchObject({ code: 'not_found' })
})

it('forgets a process that was killed, and its token', async () => {
  const module = new URL('instances.ts', import.meta.url).href
  const code = `const { registerInstance } = await import(${JSON.stringify(module)});
    await registerInstance({ instances: ${JSON.stringify(paths.instances)} }, { kind: 'server', url: 'http://x' });
    console.log('registered'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  expect((await listInstances(paths)).map((i) => i.pid)).toEqual([child.pid])
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(await listInstances(paths)).toEqual([])
  expect(await readdir(paths.instances)).toEqual([])
})

it('passes over files that are not its own, and processes it cannot judge', async () => {
  const { instance } = await registerInstance(paths, { kind: 'server', url: 'http://x' })
  await writeFile(join(paths.instances, 'broken.json'), '{')
  await writeFile(join(paths.instances, 'note.txt'), '')
  const far = { ...instance, process: { ...instance.process, host: 'elsewhere' } }
  await writeFile(join(paths.instances, '1-far.json'), JSON.stringify(far))
  expect(await listInstances(paths)).toEqual([instance])
  expect(await readdir(paths.instances)).toContain('1-far.json')
})
