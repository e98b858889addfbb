import type { ChatMessage, Sampling } from '../../engine/index.ts'
import type { ChatSession } from './ChatSession.ts'

/** What the chat keeps between sessions; the database in the real program. */
export interface ChatShelf {
  save(name: string, session: ChatSession): void
  /** Undefined when there is none of that name. */
  load(name: string): { readonly messages: readonly ChatMessage[]; readonly system?: string } | undefined
  names(): readonly string[]
}

export interface SlashContext {
  readonly session: ChatSession
  readonly shelf: ChatShelf
  readonly verbose: { on: boolean }
  say(line: string): void
}

interface SlashCommand {
  readonly name: string
  readonly usage: string
  readonly help: string
  /** True ends the chat. */
  run(rest: string, context: SlashContext): boolean
}

interface Setting {
  readonly help: string
  set(value: string, session: ChatSession): string | undefined
}

const number = (key: keyof Sampling, minimum: number, maximum: number, whole: boolean, help: string): Setting => ({
  help,
  set: (value, session) => {
    const parsed = Number(value)
    if (
      value === '' ||
      !Number.isFinite(parsed) ||
      parsed < minimum ||
      parsed > maximum ||
      (whole && !Number.isInteger(parsed))
    ) {
      return `${whole ? 'A whole number' : 'A number'} from ${minimum} to ${maximum} is needed.`
    }
    Object.assign(session.settings.sampling, { [key]: parsed })
    return undefined
  },
})

const settings: Readonly<Record<string, Setting>> = {
  temperature: number('temperature', 0, 5, false, '0 always takes the most probable token'),
  top_k: number('topK', 0, 1e6, true, 'choose among so many tokens; 0 for all'),
  top_p: number('topP', 0, 1, false, 'choose among the tokens that make up this share'),
  min_p: number('minP', 0, 1, false, 'leave out tokens below this share of the best one'),
  repeat_penalty: number('repeatPenalty', 0, 10, false, '1 for none'),
  seed: number('seed', 0, 2 ** 32 - 1, true, 'the same answer every time'),
  max_tokens: {
    help: 'end answers after so many tokens; 0 for no limit',
    set: (value, session) => {
      const parsed = Number(value)
      if (!/^\d+$/.test(value)) return 'A whole number is needed.'
      if (parsed === 0) delete session.settings.maxTokens
      else session.settings.maxTokens = parsed
      return undefined
    },
  },
}

const commands: readonly SlashCommand[] = [
  {
    name: 'help',
    usage: '/help',
    help: 'this list',
    run: (_, { say }) => {
      const width = Math.max(...commands.map((command) => command.usage.length))
      for (const command of commands) say(`  ${command.usage.padEnd(width)}  ${command.help}`)
      say('  A line that ends in \\ goes on in the next one; """ begins and ends a text of several lines.')
      say('  Ctrl-C stops an answer, Ctrl-D or /bye ends the chat.')
      return false
    },
  },
  {
    name: 'system',
    usage: '/system [TEXT]',
    help: 'set the system prompt; without a text, show it',
    run: (rest, { session, say }) => {
      if (rest !== '') session.settings.system = rest
      say(
        session.settings.system === undefined
          ? 'The model’s own default applies.'
          : `System prompt: ${session.settings.system || '(none)'}`,
      )
      return false
    },
  },
  {
    name: 'set',
    usage: '/set NAME VALUE',
    help: `${Object.keys(settings).join(', ')} or verbose`,
    run: (rest, { session, verbose, say }) => {
      const [name = '', ...value] = rest.split(/\s+/)
      if (name === '') {
        for (const [key, { help }] of Object.entries(settings)) say(`  ${key.padEnd(15)} ${help}`)
        say('  verbose         on or off: tell tokens per second after each answer')
      } else if (name === 'verbose') {
        verbose.on = value[0] !== 'off'
        say(`verbose is ${verbose.on ? 'on' : 'off'}`)
      } else {
        const setting = Object.hasOwn(settings, name) ? settings[name] : undefined
        if (setting === undefined) say(`There is no setting “${name}”; /set lists them.`)
        else say(setting.set(value.join(' '), session) ?? `${name} is ${value.join(' ')}`)
      }
      return false
    },
  },
  {
    name: 'save',
    usage: '/save NAME',
    help: 'keep this chat',
    run: (rest, { session, shelf, say }) => {
      if (rest === '') say('A name is needed: /save NAME')
      else {
        shelf.save(rest, session)
        say(`Kept as “${rest}”; /load ${rest} brings it back.`)
      }
      return false
    },
  },
  {
    name: 'load',
    usage: '/load [NAME]',
    help: 'go on with a kept chat; without a name, list them',
    run: (rest, { session, shelf, say }) => {
      if (rest === '') {
        const names = shelf.names()
        say(names.length === 0 ? 'No chat is kept yet.' : names.map((name) => `  ${name}`).join('\n'))
        return false
      }
      const kept = shelf.load(rest)
      if (kept === undefined) say(`There is no chat “${rest}”; /load lists them.`)
      else {
        session.restore(kept.messages)
        if (kept.system !== undefined) session.settings.system = kept.system
        say(`“${rest}” is back, with ${kept.messages.length} messages.`)
      }
      return false
    },
  },
  {
    name: 'clear',
    usage: '/clear',
    help: 'forget what was said',
    run: (_, { session, say }) => {
      session.clear()
      say('Forgotten.')
      return false
    },
  },
  { name: 'bye', usage: '/bye', help: 'end the chat', run: () => true },
]

const synonyms: Readonly<Record<string, string>> = { '?': 'help', exit: 'bye', quit: 'bye' }

/** Runs a line that begins with `/`. True when the chat is to end. */
export function runSlashCommand(line: string, context: SlashContext): boolean {
  const [, word = '', rest = ''] = /^\/(\S*)\s*([\s\S]*)$/.exec(line) ?? []
  const name = synonyms[word] ?? word
  const command = commands.find((known) => known.name === name)
  if (command === undefined) {
    context.say(`There is no command /${word}; /help lists them.`)
    return false
  }
  return command.run(rest.trim(), context)
}

/** Names for completion at the prompt. */
export const slashNames: readonly string[] = commands.map((command) => `/${command.name}`)
