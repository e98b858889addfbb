import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import type { CliContext } from '../CliContext.ts'
import { renderError } from '../renderError.ts'
import { AnswerPrinter } from './AnswerPrinter.ts'
import type { ChatSession } from './ChatSession.ts'
import { type ChatShelf, runSlashCommand, slashNames } from './slashCommands.ts'
import { speedLine } from './speedLine.ts'

export interface ReplOptions {
  readonly session: ChatSession
  readonly shelf: ChatShelf
  readonly historyFile: string
  readonly verbose: boolean
}

const historyLength = 1000

/**
 * The chat at the terminal, until /bye, Ctrl-D or the end of the input. Ctrl-C stops an answer; at the prompt it clears the
 * line, and at an empty one says how to leave.
 */
export async function repl(context: CliContext, options: ReplOptions): Promise<void> {
  const { io, out } = context
  const { session, shelf } = options
  const verbose = { on: options.verbose }
  const input = createInterface({
    input: io.stdin,
    output: io.stderr,
    terminal: io.stdin.isTTY === true && io.stderr.isTTY === true,
    history: readHistory(options.historyFile).toReversed(),
    historySize: historyLength,
    removeHistoryDuplicates: true,
    completer: (line: string) => [slashNames.filter((name) => name.startsWith(line)), line],
  })
  // Piped input may have ended long before its last line is answered.
  let ended = false
  input.once('close', () => {
    ended = true
  })
  let answering: AbortController | undefined
  /** The lines so far of a message of several lines. */
  let pending: string | undefined
  let quoted = false
  const interrupt = (): void => {
    if (answering !== undefined) {
      answering.abort()
      return
    }
    const empty = input.line === '' && pending === undefined
    if (input.terminal) {
      // The whole line goes, wherever the cursor stands in it, and with it the lines of a message that is not finished.
      input.write(null, { ctrl: true, name: 'e' })
      input.write(null, { ctrl: true, name: 'u' })
    }
    pending = undefined
    quoted = false
    out.talk(empty ? '\n(Ctrl-D or /bye ends the chat.)' : '')
    if (ended) return
    input.setPrompt('>>> ')
    input.prompt()
  }
  // readline takes Ctrl-C from a terminal itself; from elsewhere it arrives as a signal.
  input.on('SIGINT', interrupt)
  const unlisten = context.onInterrupt(interrupt)
  const say = (line: string): void => out.talk(line)
  try {
    const prompt = (): void => {
      if (ended || !input.terminal) return
      input.setPrompt(pending === undefined ? '>>> ' : '... ')
      input.prompt()
    }
    prompt()
    for await (const raw of input) {
      if (context.signal.aborted) break
      const line = collectLine(raw)
      if (line === undefined) {
        prompt()
        continue
      }
      if (line.startsWith('/') && !line.includes('\n')) {
        if (runSlashCommand(line, { session, shelf, verbose, say })) break
      } else if (line.trim() !== '') {
        answering = new AbortController()
        const printer = new AnswerPrinter(out)
        try {
          const answer = await session.ask(line, AbortSignal.any([answering.signal, context.signal]), printer.print)
          printer.end()
          if (answer === undefined) say('(stopped)')
          else if (answer.finishReason === 'length') say('(cut off at the token limit)')
          if (verbose.on && answer !== undefined) say(speedLine(answer.usage))
        } catch (error) {
          printer.end()
          renderError(error, out, false)
        } finally {
          answering = undefined
        }
      }
      prompt()
    }

    /** A whole message, or undefined while it is not complete. */
    function collectLine(text: string): string | undefined {
      if (quoted) {
        const end = text.indexOf('"""')
        if (end === -1) {
          pending = `${pending ?? ''}${pending === '' ? '' : '\n'}${text}`
          return undefined
        }
        quoted = false
        return take(`${pending ? `${pending}\n` : ''}${text.slice(0, end)}`)
      }
      if (pending === undefined && text.trimStart().startsWith('"""')) {
        const rest = text.trimStart().slice(3)
        const end = rest.indexOf('"""')
        if (end !== -1) return rest.slice(0, end)
        quoted = true
        pending = rest
        return undefined
      }
      if (text.endsWith('\\')) {
        pending = `${pending === undefined ? '' : `${pending}\n`}${text.slice(0, -1)}`
        return undefined
      }
      return take(pending === undefined ? text : `${pending}\n${text}`)
    }

    function take(text: string): string {
      pending = undefined
      return text
    }
  } finally {
    unlisten()
    writeHistory(options.historyFile, (input as unknown as { history?: string[] }).history ?? [])
    input.close()
  }
}

function readHistory(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean)
  } catch {
    return [] // the first chat
  }
}

/** readline keeps the newest first; the file has it last, as shells do. Private: a prompt may hold anything. */
function writeHistory(file: string, history: readonly string[]): void {
  if (history.length === 0) return
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${history.slice(0, historyLength).toReversed().join('\n')}\n`, { mode: 0o600 })
}
