import {
  AnswerLeases,
  type Chats,
  type JsonObject,
  type NewChatMessage,
  type StoredChatMessage,
} from '../../chats/index.ts'
import { type Clock, type Config, type Database, type Logger, SanjhaError } from '../../core/index.ts'
import type { EngineLease, EnginePool } from '../../engine/index.ts'
import type { Call, CallPart, Operation } from '../../gateway/index.ts'
import type { Models } from '../../models/index.ts'
import type { Live } from '../live/contract.ts'
import { AnswerWork } from './AnswerWork.ts'
import type { AnswerData, Answers, NewAnswer, StartedAnswer } from './contract.ts'
import { countTokens, knownContext } from './countTokens.ts'
import { reserveFor, turnsToLeaveOut } from './leaveOut.ts'
import { measureContext } from './measureContext.ts'
import { OthersWatch } from './OthersWatch.ts'
import { Prompt, type PromptMessage } from './Prompt.ts'

export interface CreateAnswersOptions {
  readonly database: Database
  readonly chats: Chats
  readonly models: Pick<Models, 'find'>
  readonly pool: EnginePool
  readonly config: { readonly engine: Pick<Config['engine'], 'contextLength'> }
  readonly handle: (call: Call) => AsyncIterable<CallPart>
  readonly live: Live
  readonly clock: Clock
  readonly log: Logger
  /** Default: those of the database and this process. */
  readonly leases?: AnswerLeases
  /** How often the wishes of other processes are looked for, in milliseconds. Default 500. */
  readonly tendMs?: number
  /** How long `close` waits for engines to heed their signal, in milliseconds. Default 5,000. */
  readonly closeGraceMs?: number
}

/** The answers of one home, as seen and written by this process. */
export function createAnswers(options: CreateAnswersOptions): Answers {
  const { database, chats, live, clock, log, tendMs = 500, closeGraceMs = 5_000 } = options
  const leases = options.leases ?? new AnswerLeases({ database, clock })
  const others = new OthersWatch(chats, leases, live)
  const works = new Map<string, AnswerWork>()
  let tender: NodeJS.Timeout | undefined
  let closed = false

  /** Shows that this process lives, and hears what others ask of it. */
  const tend = (): void => {
    try {
      leases.renew()
      for (const id of leases.stopRequests()) works.get(id)?.stop('stopped')
    } catch (error) {
      log.warn({ error: SanjhaError.from(error).toJSON() }, 'the answers could not be tended; trying again')
    }
  }

  const keep = (id: string, work: AnswerWork): void => {
    works.set(id, work)
    tender ??= setInterval(tend, tendMs).unref()
    void work.ended.then(() => {
      works.delete(id)
      if (works.size > 0) return
      clearInterval(tender)
      tender = undefined
    })
  }

  const start = (chatId: string, request: NewAnswer): StartedAnswer => {
    if (closed) throw new SanjhaError('shutting_down', 'Sanjha is stopping and begins no new answers.')
    request.signal.throwIfAborted()
    const { path, parent } = findPath(chats, chatId, request.parentId)
    const question: NewChatMessage | undefined = request.message && { role: 'user', ...request.message }
    const prompt = promptOf(chats, chatId, path, question, request.system)
    const data: AnswerData = {
      state: 'waiting',
      ...(request.rawSettings !== undefined && { settings: request.rawSettings }),
      ...(request.system !== undefined && { system: request.system }),
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
      options.handle(toCall(request, prompt, its)),
    )
    keep(stored.answer.id, work)
    const interrupt = (): void => void work.stop('interrupted')
    request.signal.addEventListener('abort', interrupt, { once: true })
    void work.ended.then(() => request.signal.removeEventListener('abort', interrupt))
    if (stored.question !== null) live.publish({ name: 'message', data: { message: stored.question } })
    live.publish({ name: 'message', data: { message: stored.answer } })
    return { ...stored, ended: work.ended }
  }

  return {
    start,
    stop(messageId) {
      const work = works.get(messageId)
      if (work !== undefined) return work.stop('stopped')
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
    if (question === undefined && last?.role !== 'user' && last?.role !== 'tool') {
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
