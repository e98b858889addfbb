import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sanjha } from '../../app/index.ts'
import { type ConfigFlag, SanjhaError } from '../../core/index.ts'
import type { LoadOptions, OutputFormat, Sampling } from '../../engine/index.ts'
import type { CliContext } from '../CliContext.ts'
import { AnswerPrinter } from '../chat/AnswerPrinter.ts'
import { ChatSession, type ChatSettings } from '../chat/ChatSession.ts'
import { databaseShelf } from '../chat/databaseShelf.ts'
import { openChatTarget } from '../chat/openChatTarget.ts'
import { speedLine } from '../chat/speedLine.ts'
import { readStdin } from '../terminal/readStdin.ts'
import { eventPrinter } from './watchEvents.ts'

/** The flags of `sanjha run`, as commander gives them. */
export interface RunOptions {
  readonly system?: string | undefined
  readonly temperature?: number | undefined
  readonly topK?: number | undefined
  readonly topP?: number | undefined
  readonly minP?: number | undefined
  readonly repeatPenalty?: number | undefined
  readonly seed?: number | undefined
  readonly maxTokens?: number | undefined
  readonly ctxSize?: number | undefined
  readonly schema?: string | undefined
  readonly format?: string | undefined
  readonly grammar?: string | undefined
  readonly adapter?: readonly string[] | undefined
  readonly draft?: string | undefined
  readonly think?: boolean | undefined
  readonly keepAlive?: string | undefined
  readonly threads?: number | undefined
  readonly backend?: string | undefined
  readonly verbose?: true | undefined
  readonly server: boolean
  readonly interactive?: true | undefined
}

export async function runModel(
  context: CliContext,
  name: string,
  words: readonly string[],
  options: RunOptions,
): Promise<void> {
  const { io, out, signal } = context
  const settings = await chatSettings(options)
  const piped = await readStdin(io.stdin, {
    interactive: options.interactive === true,
    signal,
    waits: () => out.talk('Waiting for the end of stdin. Where nothing is to be read from it, add `< /dev/null`.'),
  })
  const prompt = [words.join(' '), piped].filter((text) => text !== '').join('\n\n')
  const oneShot = prompt !== '' || (io.stdin.isTTY !== true && options.interactive !== true)
  if (oneShot && prompt === '') {
    throw new SanjhaError('invalid_request', 'There is nothing to ask: no prompt was given and stdin is empty.', {
      param: 'argv',
      hint: 'Give a prompt (`sanjha run MODEL "…"`), or start the chat in a terminal.',
    })
  }
  if (out.json && !oneShot) {
    throw new SanjhaError('invalid_request', '--json needs a prompt: a chat at the terminal is not for machines.', {
      param: 'argv',
    })
  }

  const sanjha = await context.openApp(configFlags(options))
  const model = await sanjha.ensureModel(name, { signal, onEvent: eventPrinter(out), say: (line) => out.talk(line) })
  const load = await loadOptions(sanjha, options)
  await sayWhatContext(context, sanjha, model, options.ctxSize)
  const target = await openChatTarget(sanjha, model, {
    signal,
    load,
    // A server has loaded models by its own settings; these flags ask for others.
    allowServer:
      options.server &&
      Object.keys(load).length === 0 &&
      options.threads === undefined &&
      options.backend === undefined,
    ...(options.keepAlive !== undefined && { keepAliveMs: sanjha.config.engine.keepAliveMs }),
    say: (line) => out.talk(line),
  })
  try {
    const session = new ChatSession(target, settings)
    if (oneShot) await askOnce(context, session, prompt, options)
    if (oneShot && !options.interactive) return
    const { repl } = await import('../chat/repl.ts')
    out.talk(`${target.model} — /help tells what can be done here.`)
    await repl(context, {
      session,
      shelf: databaseShelf(sanjha.chats),
      historyFile: join(sanjha.paths.state, 'history'),
      verbose: options.verbose === true,
    })
  } finally {
    await target.close()
  }
}

async function askOnce(context: CliContext, session: ChatSession, prompt: string, options: RunOptions): Promise<void> {
  const { out, signal } = context
  if (out.json) {
    const answer = await session.ask(prompt, signal, () => undefined)
    if (answer === undefined) throw new SanjhaError('cancelled', 'The answer was interrupted.')
    out.document({
      model: session.target.model,
      content: answer.text,
      ...(answer.reasoning !== '' && { reasoning: answer.reasoning }),
      ...(answer.toolCalls.length > 0 && { toolCalls: answer.toolCalls }),
      finishReason: answer.finishReason,
      usage: answer.usage,
    })
    return
  }
  const printer = new AnswerPrinter(out)
  const answer = await session.ask(prompt, signal, printer.print)
  printer.end()
  if (answer?.finishReason === 'length') out.talk('(cut off at the token limit)')
  if (options.verbose && answer !== undefined) out.talk(speedLine(answer.usage))
}

async function chatSettings(options: RunOptions): Promise<ChatSettings> {
  const sampling: Sampling = {
    ...(options.temperature !== undefined && { temperature: options.temperature }),
    ...(options.topK !== undefined && { topK: options.topK }),
    ...(options.topP !== undefined && { topP: options.topP }),
    ...(options.minP !== undefined && { minP: options.minP }),
    ...(options.repeatPenalty !== undefined && { repeatPenalty: options.repeatPenalty }),
    ...(options.seed !== undefined && { seed: options.seed }),
  }
  const format = await outputFormat(options)
  return {
    sampling,
    ...(options.system !== undefined && { system: options.system }),
    ...(options.maxTokens !== undefined && { maxTokens: options.maxTokens }),
    ...(options.think !== undefined && { thinking: options.think }),
    ...(format !== undefined && { format }),
  }
}

async function outputFormat(options: RunOptions): Promise<OutputFormat | undefined> {
  if ([options.schema, options.format, options.grammar].filter((value) => value !== undefined).length > 1) {
    throw new SanjhaError('invalid_request', 'Give only one of --schema, --format and --grammar.', { param: 'argv' })
  }
  if (options.schema !== undefined) {
    const text = await readGivenFile(options.schema, '--schema')
    try {
      return {
        type: 'json-schema',
        schema: JSON.parse(text) as Extract<OutputFormat, { type: 'json-schema' }>['schema'],
      }
    } catch (cause) {
      throw new SanjhaError('invalid_request', `${options.schema} is not JSON.`, { cause, param: 'argv' })
    }
  }
  if (options.grammar !== undefined)
    return { type: 'grammar', grammar: await readGivenFile(options.grammar, '--grammar') }
  if (options.format === undefined) return undefined
  if (options.format === 'json') return { type: 'json' }
  throw new SanjhaError('invalid_request', `--format knows only "json", not “${options.format}”.`, {
    param: 'argv',
    hint: 'For an answer of a given form use --schema FILE.',
  })
}

async function readGivenFile(path: string, flag: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new SanjhaError('invalid_request', `The file of ${flag} cannot be read: ${path}.`, { cause, param: 'argv' })
  }
}

function configFlags(options: RunOptions): ConfigFlag[] {
  return [
    ...(options.ctxSize === undefined
      ? []
      : [{ flag: '--ctx-size', key: 'engine.contextLength', value: options.ctxSize }]),
    ...(options.backend === undefined ? [] : [{ flag: '--backend', key: 'engine.backend', value: options.backend }]),
    ...(options.threads === undefined ? [] : [{ flag: '--threads', key: 'engine.threads', value: options.threads }]),
    ...(options.keepAlive === undefined
      ? []
      : [{ flag: '--keep-alive', key: 'engine.keepAlive', value: options.keepAlive }]),
  ]
}

/** More than the model was made for is not to be had, and that is no secret. */
async function sayWhatContext(
  context: CliContext,
  sanjha: Sanjha,
  model: string,
  asked: number | undefined,
): Promise<void> {
  if (asked === undefined) return
  const longest = (await sanjha.models.find(model))?.contextLength ?? null
  if (longest !== null && asked > longest) {
    context.out.warn(`${model} was made for ${longest} tokens; it gets no more, though --ctx-size asks for ${asked}.`)
  }
}

async function loadOptions(sanjha: Sanjha, options: RunOptions): Promise<LoadOptions> {
  const adapters = options.adapter?.map((text) => {
    // FILE or FILE:SCALE; a Windows drive letter has a colon too, so only a trailing number counts.
    const match = /^(.*):(\d+(?:\.\d+)?)$/.exec(text)
    return { path: match?.[1] ?? text, scale: match?.[2] === undefined ? 1 : Number(match[2]) }
  })
  let draftModelPath: string | undefined
  if (options.draft !== undefined) {
    const draft = await sanjha.models.find(await sanjha.ensureModel(options.draft))
    draftModelPath = draft?.files[0]?.path
  }
  return {
    ...(options.ctxSize !== undefined && { contextLength: options.ctxSize }),
    ...(adapters !== undefined && { adapters }),
    ...(draftModelPath !== undefined && { draftModelPath }),
  }
}
