import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { cliSchemas } from '../../scripts/cliSchemas.ts'
import { tinyGguf } from '../../src/models/testing/makeGguf.ts'
import { type HubServer, startHubServer } from '../support/hubServer.ts'
import { TestHome } from '../support/sanjha.ts'

let hub: HubServer
let home: TestHome
beforeEach(async () => {
  hub = await startHubServer()
  home = new TestHome({ HF_ENDPOINT: hub.endpoint })
})
afterEach(async () => {
  await home[Symbol.asyncDispose]()
  await hub.close()
})

const preview = async (reference: string, ...flags: string[]) =>
  await home.sanjha(['pull', reference, '--dry-run', ...flags])

it('pull --dry-run tells source, size and digest, in words and as JSON, and fetches nothing', async () => {
  hub.repositories['o/r'] = { files: { 'm.gguf': tinyGguf() } }
  const { code, stdout, stderr } = await preview('hf://o/r/m.gguf')
  expect(code).toBe(0)
  expect(stderr).toMatch(/^Nothing was fetched\.$/m)
  expect(stdout).toMatch(
    /^hf:\/\/o\/r\/m\.gguf from hf:\/\/o\/r\/m\.gguf\S*\n {2}m\.gguf {2}[\d.]+ \w+ {2}sha256:[0-9a-f]{64}\n$/,
  )
  const json = await preview('hf://o/r/m.gguf', '--json')
  expect(cliSchemas['pull --dry-run']?.parse(JSON.parse(json.stdout))).toMatchObject({
    name: 'hf://o/r/m.gguf',
    stored: false,
    files: [{ name: 'm.gguf', size: tinyGguf().length }],
  })
  expect(hub.cdn.requests).toEqual([])
  const listed = async (args: string[]) => JSON.parse((await home.sanjha([...args, '--json'])).stdout)
  expect(await listed(['list'])).toEqual([])
  expect(await listed(['runs', 'list'])).toEqual([])
})

it('says that a model is stored already', async () => {
  writeFileSync(join(home.path, 'm.gguf'), tinyGguf())
  const name = `file://${join(home.path, 'm.gguf')}`
  expect(JSON.parse((await preview('./m.gguf', '--json')).stdout)).toMatchObject({ name, stored: false })
  await home.sanjha(['pull', './m.gguf'])
  expect((await preview('./m.gguf')).stderr).toContain('It is stored already.')
  expect(JSON.parse((await preview('./m.gguf', '--json')).stdout)).toMatchObject({ name, stored: true })
  expect(JSON.parse((await home.sanjha(['list', '--json'])).stdout)).toMatchObject([{ name }])
})

it('ends with 1 and the reason where there is no such model', async () => {
  for (const [reference, words] of [
    ['hf://o/none', /Code: model_not_found/],
    ['./none.gguf', /Code: not_found/],
  ] as const) {
    const { code, stdout, stderr } = await preview(reference)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(words)
  }
})
