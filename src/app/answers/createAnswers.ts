import {
  AnswerLeases,
  type Chats,
  type JsonObject,
  type NewChatMessage,
  type StoredChatMessage,
  ToolPermissions,
} from '../../chats/index.ts'
import { type Clock, type Config, type Database, type Logger, SanjhaError } from '../../core/index.ts'
import type { EngineLease, EnginePool } from '../../engine/index.ts'
import type { Call, CallPart, Operation } from '../../gateway/index.ts'
import type { Models } from '../../models/index.ts'
import { createToolServers, type ToolServers } from '../../tools/index.ts'
import type { Live } from '../live/contract.ts'
import { AnswerWork } from './AnswerWork.ts'
import type {
  AnswerData,
  Answers,
  DecidedCall,
  Decision,
  NewAnswer,
  NextAnswer,
  ShownCall,
  StartedAnswer,
} from './contract.ts'
import { countTokens, knownContext } from './countTokens.ts'
import { reserveFor, turnsToLeaveOut } from './leaveOut.ts'
import { measureContext } from './measureContext.ts'
import { OthersWatch } from './OthersWatch.ts'
import { Prompt, type PromptMessage } from './Prompt.ts'
import { areSettled, callsOf, ToolCalls } from './ToolCalls.ts'
import { followUp, longestChain, stepsOf, withTools } from './toolSteps.ts'

export interface CreateAnswersOptions {
  readonly database: Database
  readonly chats: Chats
  readonly models: Pick<Models, 'find'>
  readonly pool: EnginePool
  readonly config: { readonly engine: Pick<Config['engine'], 'contextLength'> }
  readonly handle: (call: Call) => AsyncIterable<CallPart>
  readonly live: Live
  /** Default: none. */
  readonly tools?: ToolServers
  readonly clock: Clock
  readonly log: Logger
  /** Default: those of the database and this process. */
  readonly leases?: AnswerLeases
  /** How often the wishes of other processes are looked for, in milliseconds. Default 500. */
  readonly tendMs?: number
  /** How long `close` waits for engines to heed their signal, in milliseconds. Default 5,000. */
  readonly closeGraceMs?: number
  /** Answers that may wait or be written at once in this process. Default 256. */
  readonly maxOpen?: number
}

/** The answers of one home, as seen and written by this process. */
export function createAnswers(options: CreateAnswersOptions): Answers {
  const { database, chats, live, clock, log, tendMs = 500, closeGraceMs = 5_000, maxOpen = 256 } = options
  const tools = options.tools ?? createToolServers({ servers: [], env: {}, fetch: globalThis.fetch })
  const leases = options.leases ?? new AnswerLeases({ database, clock })
  const others = new OthersWatch(chats, leases, live)
  const permissions = new ToolPermissions(database)
  const toolCalls = new ToolCalls({ database, chats, leases, live, tools, log })
  const works = new Map<string, AnswerWork>()
  let tender: NodeJS.Timeout | undefined
  let closed = false

  /** Shows that this process lives, and hears what others ask of it, as long as it has something in hand. */
  const tend = (): void => {
    if (works.size === 0 && !toolCalls.isBusy) {
      clearInterval(tender)
      tender = undefined
      return
    }
    try {
      leases.renew()
      for (const id of leases.stopRequests()) works.get(id)?.stop('stopped') || toolCalls.stop(id)
    } catch (error) {
      log.warn({ error: SanjhaError.from(error).toJSON() }, 'the answers could not be tended; trying again')
    }
  }

  const beginTending = (): void => {
    tender ??= setInterval(tend, tendMs).unref()
  }

  const keep = (id: string, work: AnswerWork): void => {
    works.set(id, work)
    beginTending()
    void work.ended.then(() => works.delete(id))
  }

  const start = (chatId: string, request: NewAnswer): StartedAnswer => {
    if (closed) throw new SanjhaError('shutting_down', 'Sanjha is stopping and begins no new answers.')
    if (works.size >= maxOpen) throw tooMany(works.size)
    request.signal.throwIfAborted()
    const { path, parent } = findPath(chats, chatId, request.parentId)
    const question: NewChatMessage | undefined = request.message && { role: 'user', ...request.message }
    const prompt = promptOf(chats, chatId, path, question, request.system)
    const data: AnswerData = {
      state: 'waiting',
      ...(request.rawSettings !== undefined && { settings: request.rawSettings }),
      ...(request.system !== undefined && { system: request.system }),
      ...(request.overflow !== undefined && { overflow: request.overflow }),
      ...(request.tools !== undefined && request.tools.length > 0 && { tools: request.tools }),
    }
    const stored = database.transaction(() => {
      const asked = question && chats.append(chatId, question, { parentId: parent })
      const answer = chats.append(
        chatId,
        {
          role: 'assistant',
          text: '',
          ...(request.model !== '' && { model: request.model }),
          data: data as unknown as JsonObject,
        },
        { parentId: asked?.id ?? parent },
      )
      leases.take(answer.id)
      return { question: asked ?? null, answer }
    })
    const work = new AnswerWork({ chats, leases, live, clock, log }, stored.answer, data, (its) =>
      withTools(request, tools, its, (told) => options.handle(toCall(told, prompt, its))),
    )
    keep(stored.answer.id, work)
    const interrupt = (): void => void work.stop('interrupted')
    request.signal.addEventListener('abort', interrupt, { once: true })
    void work.ended.then(() => request.signal.removeEventListener('abort', interrupt))
    if (stored.question !== null) live.publish({ name: 'message', data: { message: stored.question } })
    live.publish({ name: 'message', data: { message: stored.answer } })
    return { ...stored, ended: work.ended.then(() => callAllowed(stored.answer, request)) }
  }

  /** Makes the calls that a person has allowed for the whole chat, and goes on. */
  const callAllowed = async ({ id, chatId }: StoredChatMessage, next: NextAnswer): Promise<void> => {
    try {
      const allowed = permissions.of(chatId)
      const { data } = chats.message(id)
      const { state: ending, offered = [] } = (data ?? {}) as Partial<AnswerData>
      // Who stopped an answer does not want what it was about to do.
      if (ending !== 'done') return
      const calls = callsOf({ data }).filter(
        ({ name, state }) => state === 'requested' && allowed.includes(name) && offered.includes(name),
      )
      if (calls.length === 0 || stepsOf(chats.path(chatId, id)) >= longestChain) return
      await Promise.all(calls.map((call) => decide(id, call, 'allow', next).ended))
    } catch (error) {
      giveUp(error, log)
    }
  }

  const decide = (messageId: string, call: ShownCall, decision: Decision, next: NextAnswer): DecidedCall => {
    if (closed) throw new SanjhaError('shutting_down', 'Sanjha is stopping and calls no more tools.')
    next.signal.throwIfAborted()
    const { message, settled } = toolCalls.decide(messageId, call, decision !== 'refuse')
    beginTending()
    if (decision === 'allow-for-chat') permissions.allow(message.chatId, call.name)
    const interrupt = (): void => void toolCalls.stop(messageId)
    next.signal.addEventListener('abort', interrupt, { once: true })
    const ended = settled.then(async (isLast) => {
      next.signal.removeEventListener('abort', interrupt)
      if (!isLast || closed || next.signal.aborted) return
      try {
        await start(message.chatId, followUp(message, next)).ended
      } catch (error) {
        giveUp(error, log)
      }
    })
    return { message, ended }
  }

  return {
    start,
    decide,
    allowedTools: (chatId) => permissions.of(chats.summary(chatId).id),
    revokeTool: (chatId, tool) => permissions.revoke(chats.summary(chatId).id, tool),
    stop(messageId) {
      const work = works.get(messageId)
      if (work !== undefined) return work.stop('stopped')
      if (toolCalls.stop(messageId)) return true
      chats.message(messageId)
      return leases.requestStop(messageId)
    },
    flush() {
      for (const work of works.values()) work.save()
    },
    measure(chatId, request) {
      const { leafId, draft, system } = request
      const { path } = findPath(chats, chatId, leafId, 'measure')
      const message: NewChatMessage | undefined =
        draft && (draft.text !== '' || draft.data !== undefined) ? { role: 'user', ...draft } : undefined
      const prompt = promptOf(chats, chatId, path, message, system, 'measure')
      return measureContext(options, prompt, request)
    },
    look: () => others.look(),
    async close() {
      closed = true
      toolCalls.stopAll()
      const ending = [...works.values()].map((work) => {
        work.stop('interrupted')
        return work.ended
      })
      const pause = new AbortController()
      await Promise.race([Promise.all(ending), clock.sleep(closeGraceMs, pause.signal).catch(() => undefined)])
      pause.abort()
      for (const work of works.values()) work.abandon()
      clearInterval(tender)
    },
  }
}

function tooMany(open: number): SanjhaError {
  return new SanjhaError('overloaded', `${open} answers wait or are being written already.`, {
    hint: 'Try again when some have ended, or stop some.',
    details: { retryAfterSeconds: 5, open },
  })
}

/** What follows an answer cannot be told to whoever asked for it any more; the chat shows that it did not go on. */
function giveUp(error: unknown, log: Logger): void {
  const failure = SanjhaError.from(error)
  if (failure.code !== 'not_found') log.warn({ error: failure.toJSON() }, 'an answer did not go on after its tools')
}

/** The branch down to `parentId`, and where something is added to it. Errors: `not_found`, `conflict`. */
function findPath(
  chats: Chats,
  chatId: string,
  parentId: string | null | undefined,
  purpose: 'answer' | 'measure' = 'answer',
): { readonly path: readonly StoredChatMessage[]; readonly parent: string | null } {
  const path = parentId === null ? [] : chats.path(chatId, parentId)
  const writing = path.find(({ data }) => data?.['state'] === 'waiting' || data?.['state'] === 'streaming')
  if (writing !== undefined && purpose === 'answer') {
    throw new SanjhaError('conflict', 'An answer above is still being written.', {
      hint: 'Wait for its end, or stop it first.',
      details: { messageId: writing.id },
    })
  }
  return { path, parent: path.at(-1)?.id ?? null }
}

/** Errors: `invalid_request` when there is nothing to answer, or an attachment is not of a known form. */
function promptOf(
  chats: Chats,
  chatId: string,
  path: readonly StoredChatMessage[],
  question: NewChatMessage | undefined,
  system: string | undefined,
  purpose: 'answer' | 'measure' = 'answer',
): Prompt {
  const last = path.at(-1)
  if (purpose === 'answer') {
    const isAnswerable = last?.role === 'user' || last?.role === 'tool' || (last !== undefined && areSettled(last))
    if (question === undefined && !isAnswerable) {
      throw new SanjhaError('invalid_request', 'There is nothing to answer: the branch does not end in a question.', {
        param: 'parentId',
        hint: 'Give the id of a message of the user as `parentId`, or a question as `message`.',
      })
    }
    if (question?.text.trim() === '' && !Array.isArray(question.data?.['attachments'])) {
      throw new SanjhaError('invalid_request', '`message.text`: there is no question in it.', { param: 'message.text' })
    }
  }
  const asked: PromptMessage[] = question
    ? [{ id: null, role: 'user', text: question.text, reasoning: null, data: question.data ?? null }]
    : []
  const inChat = chats.summary(chatId).data?.['system']
  return new Prompt([...path, ...asked], system, typeof inChat === 'string' ? inChat : undefined)
}

function toCall(request: NewAnswer, prompt: Prompt, work: AnswerWork): Call {
  const { generate = {}, chat = {} } = request.settings ?? {}
  const operation = (dropped: number): Operation => ({
    type: 'generate',
    request: { ...generate, input: { ...chat, type: 'chat', messages: prompt.messages(dropped) } },
  })
  const fit = async ({ engine }: EngineLease): Promise<Operation> => {
    const limit = knownContext(engine.capabilities.contextLength)
    if (limit === undefined) return operation(0)
    const room = limit - reserveFor(generate.maxTokens, limit)
    const dropped = await turnsToLeaveOut(
      prompt.droppable,
      room,
      async (n) => (await countTokens(engine, prompt.messages(n), chat)).tokens,
    )
    if (dropped > 0) work.leaveOut(prompt.leftOut(dropped))
    return operation(dropped)
  }
  return {
    id: request.requestId,
    model: request.model,
    operation: operation(0),
    acquire: {},
    caller: request.caller,
    signal: work.signal,
    onRouted: ({ model, loadMs }) => work.routed(model, loadMs),
    ...(request.overflow === 'leave_out' && { prepare: fit }),
    ...(request.paramNames !== undefined && { paramNames: request.paramNames }),
  }
}
