import { openSync, rmSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { resolvePaths } from '../../src/core/index.ts'
import { TestHome } from '../support/sanjha.ts'
import { pulled, type Serving, serve } from '../support/serving.ts'
import { testModelPath } from '../support/testModel.ts'

const home = new TestHome()
let model: string
let digest: string
let server: Serving

beforeAll(async () => {
  model = await pulled(home, await testModelPath())
  const [listed] = JSON.parse((await home.sanjha(['list', '--json'])).stdout) as { digest: string }[]
  digest = listed?.digest ?? ''
  server = await serve(home)
})
afterAll(() => home[Symbol.asyncDispose]())

/** The blob of the weights: SHA-256 of the test model. */
async function blob(): Promise<string> {
  const shown = JSON.parse((await home.sanjha(['show', model, '--json'])).stdout) as { files: { digest: string }[] }
  const file = shown.files[0]?.digest.replace('sha256:', '') ?? ''
  return join(resolvePaths(home.env).store, 'blobs', 'sha256', file)
}

const chat = async (): ReturnType<Serving['post']> =>
  server.post('/v1/chat/completions', { model, max_tokens: 4, messages: [{ role: 'user', content: 'Hi' }] })

const damages: [string, (path: string) => void][] = [
  ['cut short', (path) => truncateSync(path, 50_000_000)],
  ['gone', (path) => rmSync(path)],
  [
    'with another header',
    (path) => {
      const file = openSync(path, 'r+')
      writeSync(file, Buffer.alloc(4096, 0xff), 0, 4096, 8)
    },
  ],
]

it.each(damages)(
  'a stored file that is %s is an error that says how to go on, and going on so works',
  async (_, damage) => {
    expect((await chat()).status).toBe(200)
    expect((await server.get('/sanjha/v1/models')).body.models[0].digest).toBe(digest)
    await home.sanjha(['stop', '--all', '--ignore'])
    damage(await blob())
    server = await serve(home)
    const broken = await chat()
    expect(broken.status).toBe(422)
    expect(broken.body.error).toMatchObject({ code: 'invalid_file' })
    expect(broken.body.error.message).toContain(`sanjha pull --force ${model}`)
    // One broken model does not make a broken server.
    expect((await server.get('/health')).status).toBe(200)
    expect((await server.get('/sanjha/v1/models')).status).toBe(200)
    expect((await home.sanjha(['list', '--json'])).code).toBe(0)

    const again = await home.sanjha(['pull', await testModelPath(), '--force', '--json'])
    expect({ code: again.code, stderr: again.code === 0 ? '' : again.stderr }).toEqual({ code: 0, stderr: '' })
    expect((await chat()).status).toBe(200)
  },
)
