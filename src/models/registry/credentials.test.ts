import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { authFiles, findCredentials } from './credentials.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sanjha-home-'))
})

const basic = (user: string, password: string): { auth: string } => ({
  auth: Buffer.from(`${user}:${password}`).toString('base64'),
})
async function write(path: string, content: unknown): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
}
const docker = (content: unknown): Promise<void> => write(join(home, '.docker', 'config.json'), content)
const find = (host: string, repository = 'team/model', env: Record<string, string> = {}) =>
  findCredentials(host, repository, env, home)

describe('logins', () => {
  it('come from the first file that knows the registry', async () => {
    const [own, runtime, xdg, dockerConfig] = [
      join(home, 'own.json'),
      join(home, 'run'),
      join(home, 'xdg'),
      join(home, 'd'),
    ]
    const env = { REGISTRY_AUTH_FILE: own, XDG_RUNTIME_DIR: runtime, XDG_CONFIG_HOME: xdg, DOCKER_CONFIG: dockerConfig }
    const files = authFiles(env, home)
    expect(files).toEqual([
      own,
      join(runtime, 'containers', 'auth.json'),
      join(xdg, 'containers', 'auth.json'),
      join(dockerConfig, 'config.json'),
    ])
    for (const [index, path] of [...files.entries()].reverse()) {
      await write(path, { auths: { 'r.example': basic(`user${index}`, 'p:w') } })
      expect(await find('r.example', 'm', env)).toEqual({ username: `user${index}`, password: 'p:w' })
    }
    expect(await find('other.example', 'm', env)).toBeUndefined()
  })

  it('of a namespace come before those of the registry', async () => {
    await docker({ auths: { 'r.example:5000': basic('all', 'x'), 'r.example:5000/team': basic('team', 'x') } })
    expect((await find('r.example:5000', 'team/model'))?.username).toBe('team')
    expect((await find('r.example:5000', 'other/model'))?.username).toBe('all')
  })

  it('of Docker Hub are under its old name', async () => {
    await docker({ auths: { 'https://index.docker.io/v1/': basic('me', 'x') } })
    expect((await find('docker.io'))?.username).toBe('me')
  })

  it('are none where there is no file', async () => {
    expect(await find('r.example')).toBeUndefined()
  })

  it.each(['{"auths": {"r.example": {"auth": "c2VjcmV0', { auths: { 'r.example': { auth: 'c2VjcmV0' } } }])(
    'that are malformed are said to be so, without repeating them',
    async (content) => {
      await docker(content)
      const error = await find('r.example').catch((e) => e)
      expect(error).toMatchObject({ code: 'invalid_config' })
      expect(JSON.stringify(error)).not.toMatch(/c2VjcmV0|secret/)
    },
  )
})

describe.skipIf(process.platform === 'win32')('credential helpers', () => {
  const helper = async (script: string): Promise<Record<string, string>> => {
    const path = join(home, 'docker-credential-test')
    await write(path, `#!/bin/sh\n${script}\n`)
    await chmod(path, 0o755)
    return { PATH: `${home}${delimiter}${process.env['PATH'] ?? ''}` }
  }

  it('are asked for the registry on their input', async () => {
    await docker({ credHelpers: { 'r.example': 'test' } })
    const env = await helper(`read host; printf '{"Username":"for %s","Secret":"s"}' "$host"`)
    expect(await find('r.example', 'm', env)).toEqual({ username: 'for r.example', password: 's' })
  })

  it('that are the store for all are asked where the file has an empty entry', async () => {
    await docker({ auths: { 'r.example': {} }, credsStore: 'test' })
    const env = await helper(`printf '{"Username":"u","Secret":"s"}'`)
    expect(await find('r.example', 'm', env)).toEqual({ username: 'u', password: 's' })
  })

  it('that know no login give none', async () => {
    await docker({ credHelpers: { 'r.example': 'test' } })
    expect(await find('r.example', 'm', await helper('exit 1'))).toBeUndefined()
  })

  it('that are missing, talk nonsense or are no program name are an error', async () => {
    await docker({ credHelpers: { 'r.example': 'test', 'p.example': '../evil' } })
    await expect(find('r.example', 'm', { PATH: home })).rejects.toMatchObject({ code: 'invalid_config' })
    await expect(find('p.example')).rejects.toMatchObject({ code: 'invalid_config' })
    const env = await helper('echo hunter2')
    const error = await find('r.example', 'm', env).catch((e) => e)
    expect(error).toMatchObject({ code: 'invalid_config' })
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })
})
