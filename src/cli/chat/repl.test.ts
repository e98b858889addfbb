import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Part } from '../../engine/index.ts'
import type { CliContext } from '../CliContext.ts'
import { Output } from '../terminal/Output.ts'
import { ChatSession, type ChatTarget } from './ChatSession.ts'
import { repl } from './repl.ts'
import type { ChatShelf } from './slashCommands.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-repl-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const finish: Part = {
  type: 'finish',
  reason: 'stop',
  usage: {
    promptTokens: 31,
    completionTokens: 42,
    cachedTokens: 20,
    reasoningTokens: 0,
    draftTokens: 0,
    acceptedTokens: 0,
    timings: { queueMs: 0, loadMs: 0, promptMs: 100, generationMs: 500, timeToFirstTokenMs: 120 },
  },
}

/** A chat at a terminal: what is typed goes in as a terminal sends it, keys and all. */
function chat({ terminal = true, verbose = false }: { readonly terminal?: boolean; readonly verbose?: boolean } = {}) {
  const stdin = Object.assign(new PassThrough(), { isTTY: terminal, setRawMode: () => stdin })
  const stderr = Object.assign(new PassThrough(), { isTTY: terminal, columns: 80 })
  let shown = ''
  stderr.on('data', (text) => {
    shown += text
  })
  let printed = ''
  const out = new Output({
    stdout: { isTTY: terminal, write: (text) => (printed += text) },
    stderr,
    env: { NO_COLOR: '1' },
    quiet: false,
    json: false,
  })
  const stopped: string[] = []
  /** “slow” is answered with one word and then nothing, until it is stopped. */
  const target: ChatTarget = {
    model: 'test',
    generate: async function* ({ input }, signal) {
      const [part] = (input.type === 'chat' && input.messages.at(-1)?.content) || []
      const asked = part?.type === 'text' ? part.text : ''
      yield { type: 'text', text: `answer to ${asked}.` }
      if (asked === 'slow') {
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
        stopped.push(asked)
        throw signal.reason
      }
      yield finish
    },
  }
  let handler: (() => void) | undefined
  const abort = new AbortController()
  const context = {
    io: { stdin, stderr },
    out,
    signal: abort.signal,
    onInterrupt: (its: () => void) => {
      handler = its
      return () => {
        handler = undefined
      }
    },
  } as unknown as CliContext
  const historyFile = join(folder, 'history')
  const ended = repl(context, {
    session: new ChatSession(target, { sampling: {} }),
    shelf: {} as ChatShelf,
    historyFile,
    verbose,
  })
  return {
    ended,
    historyFile,
    stopped,
    type: (text: string) => stdin.write(text),
    end: () => stdin.end(),
    signal: () => handler?.(),
    /** How often something was shown so far. */
    count: (text: string) => shown.split(text).length - 1,
    printed: (text: string) => expect.poll(() => printed).toContain(text),
    shown: (text: string) => expect.poll(() => shown).toContain(text),
  }
}

const ctrlC = '\u0003'

describe('Ctrl-C in the chat', () => {
  it('stops the answer and not the program', async () => {
    const { type, printed, shown, stopped, ended, historyFile } = chat()
    type('slow\r')
    await printed('answer to slow.')
    type(ctrlC)
    await shown('(stopped)')
    expect(stopped).toEqual(['slow'])
    // The chat goes on.
    type('quick\r')
    await printed('answer to quick.')
    type('/bye\r')
    await ended
    expect(existsSync(historyFile) && (await readFile(historyFile, 'utf8'))).toBe('slow\nquick\n/bye\n')
  })

  it('stops the answer when it comes as a signal too', async () => {
    const { type, printed, shown, signal, stopped, end, ended } = chat({ terminal: false })
    type('slow\n')
    await printed('answer to slow.')
    signal()
    await shown('(stopped)')
    expect(stopped).toEqual(['slow'])
    type('quick\n')
    await printed('answer to quick.')
    end()
    await ended
  })

  it('at the prompt throws away what was typed, and says how to leave when that was nothing', async () => {
    const { type, printed, shown, ended } = chat()
    await shown('>>> ')
    type('half a quest')
    type(ctrlC)
    type('quick\r')
    await printed('answer to quick.')
    type(ctrlC)
    await shown('Ctrl-D or /bye ends the chat')
    type('/bye\r')
    await ended
  })

  it('at a message of several lines throws all of it away', async () => {
    const { type, printed, shown, ended } = chat()
    type('"""first\r')
    await shown('... ')
    type(ctrlC)
    type('quick\r')
    await printed('answer to quick.')
    type('\u0004')
    await ended
  })
})

describe('a message of several lines', () => {
  it.each([
    ['from """ to """', ['"""first', 'second', '', 'fourth"""'], 'first\nsecond\n\nfourth'],
    ['with the quotes on lines of their own', ['"""', 'first', 'second', '"""'], 'first\nsecond\n'],
    ['with the quotes on one line', ['"""only"""'], 'only'],
    ['in which a command is no command', ['"""see', '/bye"""'], 'see\n/bye'],
    ['of lines that end in a backslash', ['first\\', 'second\\', 'third'], 'first\nsecond\nthird'],
  ])('%s is one question', async (_, lines, question) => {
    for (const terminal of [true, false]) {
      const { type, printed, shown, count, end, ended } = chat({ terminal })
      const enter = terminal ? '\r' : '\n'
      for (const [index, line] of lines.entries()) {
        type(`${line}${enter}`)
        // The prompt says that more is awaited.
        if (terminal && index === 0 && lines.length > 1) await shown('... ')
      }
      await printed(`answer to ${question}.`)
      type(`next${enter}`)
      await printed('answer to next.')
      if (lines.length === 1) expect(count('... ')).toBe(0)
      end()
      await ended
    }
  })
})

describe('the history', () => {
  const up = '\u001b[A'

  it('of earlier chats is there at the start, the latest first', async () => {
    const historyFile = join(folder, 'history')
    await writeFile(historyFile, 'oldest\nlatest\n')
    const { type, shown, printed, ended } = chat()
    await shown('>>> ')
    type(up)
    type('\r')
    await printed('answer to latest.')
    // What was asked now is the newest line; below it is what stood there before.
    type(up)
    type(up)
    type('\r')
    await printed('answer to oldest.')
    type('/bye\r')
    await ended
    expect(await readFile(historyFile, 'utf8')).toBe('latest\noldest\n/bye\n')
  })

  it('is empty in the first chat', async () => {
    const { type, shown, printed, ended } = chat()
    await shown('>>> ')
    type(up)
    type('fresh\r')
    await printed('answer to fresh.')
    type('/bye\r')
    await ended
  })
})

describe('/set verbose', () => {
  const speed = '42 tokens, 84.0 tokens/s · prompt 31 tokens (20 cached) · first token after 120ms'

  it('tells tokens per second after each answer, until it is set off', async () => {
    const { type, printed, shown, count, ended } = chat()
    type('one\r')
    await printed('answer to one.')
    type('/set verbose\r')
    await shown('verbose is on')
    expect(count('tokens/s')).toBe(0)
    type('two\r')
    await shown(speed)
    type('/set verbose off\r')
    await shown('verbose is off')
    type('three\r')
    await printed('answer to three.')
    type('/bye\r')
    await ended
    expect(count('tokens/s')).toBe(1)
  })

  it('is on from the start with --verbose', async () => {
    const { type, shown, ended } = chat({ verbose: true })
    type('one\r')
    await shown(speed)
    type('/bye\r')
    await ended
  })
})
