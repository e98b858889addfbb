import type { ChatToCopy, CopyRequest, LeftOut, Snippet } from './contract.ts'
import { plainJson } from './literals.ts'
import { longestWord, shellWord, survivesShell } from './shellWord.ts'

/** Fields of a chat request that `sanjha run` has a flag for. */
const flags: Readonly<Record<string, string>> = {
  temperature: '--temperature',
  top_p: '--top-p',
  top_k: '--top-k',
  min_p: '--min-p',
  repeat_penalty: '--repeat-penalty',
  repetition_penalty: '--repeat-penalty',
  seed: '--seed',
  max_tokens: '--max-tokens',
  max_completion_tokens: '--max-tokens',
}

/** The command line that does the same. It asks one question; what it has no words for is told. */
export function asCli(request: CopyRequest, program = 'sanjha'): Snippet {
  if (request.kind === 'chat') return asRun(request, program)
  const { command } = request
  if (command === undefined) return { code: '', leftOut: [{ what: 'command' }] }
  return { code: [program, ...command].map(shellWord).join(' '), leftOut: lost(command) }
}

function asRun(given: ChatToCopy, program: string): Snippet {
  const chat = withSchema(given)
  const leftOut: LeftOut[] = []
  const options: string[] = []
  // A text that begins with a hyphen is taken for a flag, unless it is tied to its own.
  const add = (flag: string, value: string): void => {
    options.push(value.startsWith('-') ? `${flag}=${shellWord(value)}` : `${flag} ${shellWord(value)}`)
  }
  if (chat.system !== undefined) add('--system', chat.system)
  for (const [name, value] of Object.entries(chat.parameters)) {
    // The schema takes its place, as in the request.
    if (name === 'response_format' && chat.schema !== undefined) continue
    const [flag, number] = flagOf(name, value) ?? []
    if (flag === undefined) leftOut.push({ what: 'parameter', name })
    else if (number !== undefined) add(flag, number)
    else if (flag !== '') options.push(flag)
  }
  const question = lastQuestion(chat, leftOut)
  const words = [chat.model, ...(question === undefined || question.length > longestWord ? [] : [question])]
  if (words.some((word) => word.startsWith('-'))) options.push('--')
  const schema = chat.schema === undefined ? [] : ['--schema "$schema"']
  const flagWords = options.at(-1) === '--' ? [...options.slice(0, -1), ...schema, '--'] : [...options, ...schema]
  const pieces = [`${program} run`, ...flagWords, ...words.map(shellWord)]
  const oneLine = pieces.join(' ')
  const command = oneLine.length > 80 && flagWords.length > 1 ? pieces.join(' \\\n  ') : oneLine
  leftOut.push(...lost([chat.model, chat.system ?? '', question ?? '']))
  const lines = [
    ...(question !== undefined && question.length > longestWord ? [`printf '%s' ${shellWord(question)} |`] : []),
    command,
  ]
  if (chat.schema === undefined) return { code: lines.join('\n'), leftOut }
  // In a shell of its own, so that the file goes with it and the command's status stays.
  const schemaLines = [
    'schema="$(mktemp)"',
    'trap \'rm "$schema"\' EXIT',
    `printf '%s' ${shellWord(plainJson(chat.schema, 2))} > "$schema"`,
  ]
  return { code: ['(', ...schemaLines, ...lines, ')'].join('\n'), leftOut }
}

/** The schema where the command takes it, also when it comes in the API's own field. */
function withSchema(chat: ChatToCopy): ChatToCopy {
  const { json_schema } = (chat.parameters['response_format'] ?? {}) as { json_schema?: { schema?: unknown } }
  return chat.schema === undefined && json_schema?.schema !== undefined ? { ...chat, schema: json_schema.schema } : chat
}

/** The flag and its value; an empty flag where the parameter says what holds anyway; undefined where there is no flag for it. */
function flagOf(name: string, value: unknown): readonly [flag: string, value?: string] | undefined {
  if (name === 'stream' || name === 'stream_options') return ['']
  if (name === 'reasoning_effort') return [value === 'none' || value === 'minimal' ? '--no-think' : '--think']
  if (name === 'response_format') {
    const { type } = (value ?? {}) as { type?: unknown }
    return type === 'json_object' ? ['--format', 'json'] : type === 'text' ? [''] : undefined
  }
  const flag = flags[name]
  if (flag === undefined || typeof value !== 'number') return undefined
  // −1 is another word for 0: off.
  return [flag, String(name === 'top_k' && value === -1 ? 0 : value)]
}

/** What was asked last. What came before it cannot be told to the command. */
function lastQuestion({ messages }: ChatToCopy, leftOut: LeftOut[]): string | undefined {
  const asked = messages.filter(({ role }) => role === 'user')
  if (messages.length > 1) leftOut.push({ what: 'earlier' })
  const content = asked.at(-1)?.content
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return undefined
  const texts = content.filter((part): part is { text: string } => typeof part?.text === 'string')
  if (texts.length < content.length) leftOut.push({ what: 'attachments' })
  return texts.map(({ text }) => text).join('\n\n')
}

const lost = (words: readonly string[]): LeftOut[] => (words.every(survivesShell) ? [] : [{ what: 'characters' }])
