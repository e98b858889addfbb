import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RealServer, realServer } from '../support/realServer.ts'
import { run } from '../support/run.ts'

const folder = join(import.meta.dirname, '..', '..', 'examples')

interface Expected {
  readonly args: (model: string) => string[]
  readonly env: (url: string) => Record<string, string>
  readonly says: RegExp
}

/** What each example is started with and has to print. A new example needs a line here. */
const examples: Readonly<Record<string, Expected>> = {
  // In a process of its own, on the same home: no server takes part.
  'library.ts': { args: () => [], env: () => ({}), says: /Paris[\s\S]*\n\d+ tokens\n$/ },
  'ollama-chat.ts': {
    args: (model) => [model],
    env: (url) => ({ OLLAMA_HOST: url }),
    says: /Paris[\s\S]*\n\d+ tokens in \d+\.\d s\n$/,
  },
  'openai-chat.ts': {
    args: (model) => [model],
    env: (url) => ({ OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: 'none' }),
    says: /Paris.*\n$/,
  },
}

const files = readdirSync(folder).filter((name) => /\.[cm]?[jt]s$/.test(name) && !name.includes('.test.'))

let real: RealServer
beforeAll(async () => {
  real = await realServer()
})
afterAll(() => real?.[Symbol.asyncDispose]())

it('every example is tested', () => {
  expect(files.toSorted()).toEqual(Object.keys(examples).toSorted())
})

describe('every example runs and prints what it promises', () => {
  it.each(Object.entries(examples))('%s', async (name, { args, env, says }) => {
    const { code, stdout, stderr } = await run(process.execPath, [join(folder, name), ...args(real.model)], {
      env: { ...real.home.env, ...env(real.url) },
      cwd: real.home.path,
    })
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(says)
  })

  it('also with the short name, as they stand', async () => {
    // The file that was pulled is the one that the catalogue calls so; nothing is fetched.
    const { code, stdout } = await run(process.execPath, [join(folder, 'openai-chat.ts')], {
      env: { ...real.home.env, OPENAI_BASE_URL: `${real.url}/v1` },
      cwd: real.home.path,
    })
    expect(code).toBe(0)
    expect(stdout).toMatch(/Paris/)
  })
})
