import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { cliSchemas } from '../../scripts/cliSchemas.ts'
import { TestHome } from '../support/sanjha.ts'
import { testModelPath } from '../support/testModel.ts'

const home = new TestHome()
const greedy = ['--temperature', '0', '--system', '', '--repeat-penalty', '1']
let model: string

beforeAll(async () => {
  const { code, stdout, stderr } = await home.sanjha(['pull', await testModelPath(), '--json'])
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  model = ((cliSchemas['pull'] as z.ZodType).parse(JSON.parse(stdout)) as { name: string }).name
  expect((await home.sanjha(['cp', model, 'assistant'])).code).toBe(0)
})
afterAll(() => home[Symbol.asyncDispose]())

describe('the store, for scripts', () => {
  it('list and show keep their contract', async () => {
    const list = await home.sanjha(['list', '--json'])
    const listed = cliSchemas['list']?.parse(JSON.parse(list.stdout)) as
      | { digest: string; format: string }[]
      | undefined
    const first = listed?.[0]
    expect(first?.format).toBe('gguf')
    const show = await home.sanjha(['show', 'assistant', '--json'])
    const shown = cliSchemas['show']?.parse(JSON.parse(show.stdout))
    expect(shown).toMatchObject({
      architecture: 'llama',
      parameters: 134_515_008,
      quantization: 'Q4_1',
      contextLength: 8192,
    })
    expect(shown).toMatchObject({ digest: first?.digest })
  })
})

describe('one answer', () => {
  it('goes to stdout and nothing else does', async () => {
    const { code, stdout } = await home.sanjha([
      'run',
      'assistant',
      ...greedy,
      'What is the capital of France?',
      '--max-tokens',
      '20',
    ])
    expect(code).toBe(0)
    expect(stdout).toMatch(/Paris/)
    expect(stdout.endsWith('\n')).toBe(true)
  })

  it('is one document with --json', async () => {
    const { stdout } = await home.sanjha([
      'run',
      'assistant',
      ...greedy,
      'What is the capital of France?',
      '--max-tokens',
      '20',
      '--json',
    ])
    const answer = cliSchemas['run']?.parse(JSON.parse(stdout)) as {
      content: string
      usage: { completionTokens: number }
    }
    expect(answer.content).toMatch(/Paris/)
    expect(answer.usage.completionTokens).toBeGreaterThan(1)
  })

  it('puts stdin behind the prompt', async () => {
    const args = ['run', 'assistant', ...greedy, 'Repeat the word:', '--max-tokens', '8', '--json']
    const alone = JSON.parse((await home.sanjha(args)).stdout) as { usage: { promptTokens: number } }
    const piped = JSON.parse((await home.sanjha(args, 'elephant\n')).stdout) as { usage: { promptTokens: number } }
    expect(piped.usage.promptTokens).toBeGreaterThan(alone.usage.promptTokens)
  })

  it('follows a schema', async () => {
    const schema = join(home.path, 'schema.json')
    writeFileSync(
      schema,
      JSON.stringify({
        type: 'object',
        properties: { city: { type: 'string', maxLength: 20 } },
        required: ['city'],
        additionalProperties: false,
      }),
    )
    const { stdout } = await home.sanjha([
      'run',
      'assistant',
      ...greedy,
      '--schema',
      schema,
      'Name a city.',
      '--max-tokens',
      '60',
    ])
    expect(Object.keys(JSON.parse(stdout) as object)).toEqual(['city'])
  })

  it('with an empty stdin and no prompt is wrong usage', async () => {
    const { code, stderr } = await home.sanjha(['run', 'assistant'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/nothing to ask/)
  })

  it('ends with 130 when it is interrupted', async () => {
    const { child, line, ended } = home.start(
      ['run', 'assistant', ...greedy, 'Count from one to one thousand in words.'],
      /\w+ \w+/,
    )
    await line
    child.kill('SIGINT')
    expect(await ended).toBe(130)
  })
})

describe('a server', () => {
  it('is started, found, used, and stopped by other commands', async () => {
    const { line, ended } = home.start(
      ['serve', 'assistant', '--port', '0'],
      /^Sanjha is ready: (http:\/\/127\.0\.0\.1:\d+)$/m,
    )
    const url = (await line)[1] as string
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok' })

    const ps = cliSchemas['ps']?.parse(JSON.parse((await home.sanjha(['ps', '--json'])).stdout)) as {
      models: { model: string }[]
    }
    expect(ps.models).toHaveLength(1)

    const run = await home.sanjha([
      'run',
      'assistant',
      ...greedy,
      'What is the capital of France?',
      '--max-tokens',
      '20',
    ])
    expect(run.stderr).toContain(url)
    expect(run.stdout).toMatch(/Paris/)

    expect((await home.sanjha(['logs', 'assistant'])).stdout).not.toBe('')
    expect((await home.sanjha(['stop', 'assistant'])).code).toBe(0)
    expect((await home.sanjha(['stop', '--server'])).code).toBe(0)
    expect(await ended).toBe(0)
  })

  it('goes to the background with -d', async () => {
    const { code, stdout } = await home.sanjha(['serve', 'assistant', '--port', '0', '-d', '--json'])
    expect(code).toBe(0)
    const { url } = JSON.parse(stdout) as { url: string }
    expect((await fetch(`${url}/health`)).status).toBe(200)
    expect((await home.sanjha(['stop', '--server'])).code).toBe(0)
    // Its number may be that of a zombie for a while: whoever adopted it has yet to ask for its end.
    await expect(fetch(`${url}/health`)).rejects.toThrow()
  })

  it('ends with 0 on Ctrl-C', async () => {
    const { child, line, ended } = home.start(['up', '--no-model', '--port', '0', '--json'], /^\{.*\}$/m)
    cliSchemas['serve']?.parse(JSON.parse((await line)[0]))
    child.kill('SIGINT')
    expect(await ended).toBe(0)
  })

  it('says which program has the port, and how to go on', async () => {
    const { line, child, ended } = home.start(['up', '--no-model', '--port', '0'], /ready: http:\/\/127\.0\.0\.1:(\d+)/)
    const port = (await line)[1] as string
    const second = await home.sanjha(['up', '--no-model', '--port', port])
    expect(second.code).toBe(1)
    expect(second.stderr).toMatch(/port_in_use/)
    expect(second.stderr).toMatch(/--port/)
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  })
})

describe('the chat', () => {
  it('answers line by line, obeys commands, and goes on after an error of the user', async () => {
    const input = [
      '/set temperature 0',
      '/set max_tokens 20',
      '/nonsense',
      'What is the capital of France?',
      '/save geography',
      '/clear',
      '/load geography',
      '/bye',
      '',
    ].join('\n')
    const { code, stdout, stderr } = await home.sanjha(['run', 'assistant', '-i', '--system', ''], input)
    expect(code).toBe(0)
    expect(stdout).toMatch(/Paris/)
    expect(stderr).toMatch(/no command \/nonsense/)
    expect(stderr).toMatch(/“geography” is back, with 2 messages/)
  })
})

describe('the rest', () => {
  it('bench keeps its contract', async () => {
    const { stdout } = await home.sanjha([
      'bench',
      'assistant',
      '--prompt-tokens',
      '32',
      '--generate-tokens',
      '8',
      '--rounds',
      '1',
      '--json',
    ])
    const result = cliSchemas['bench']?.parse(JSON.parse(stdout)) as {
      streams: number
      generationTokensPerSecond: number
    }
    expect(result.streams).toBe(1)
    expect(result.generationTokensPerSecond).toBeGreaterThan(0)
  })

  it('doctor lets the engine say a real token', async () => {
    const { code, stdout } = await home.sanjha(['doctor', '--offline', '--json'])
    const findings = cliSchemas['doctor']?.parse(JSON.parse(stdout)) as { id: string; outcome: string }[]
    expect(code).toBe(0)
    expect(findings.find((finding) => finding.id === 'engine')?.outcome).toBe('ok')
    expect(findings.find((finding) => finding.id === 'hub')?.outcome).toBe('skipped')
  })

  it('rm frees the bytes with the last name', async () => {
    expect(JSON.parse((await home.sanjha(['rm', 'assistant', '--json'])).stdout)).toEqual([
      { name: 'assistant', freedBytes: 0 },
    ])
    const [last] = JSON.parse((await home.sanjha(['rm', '--all', '--json'])).stdout) as { freedBytes: number }[]
    expect(last?.freedBytes).toBeGreaterThan(98_000_000)
    expect(JSON.parse((await home.sanjha(['list', '--json'])).stdout)).toEqual([])
  })
})
