import { beforeEach, describe, expect, it } from 'vitest'
import type { ChatMessage } from '../../engine/index.ts'
import { ChatSession } from './ChatSession.ts'
import { type ChatShelf, runSlashCommand } from './slashCommands.ts'

const said: string[] = []
let session: ChatSession
const verbose = { on: false }
const kept = new Map<string, { messages: readonly ChatMessage[]; system?: string }>()
const shelf: ChatShelf = {
  names: () => [...kept.keys()],
  save: (name, { messages, settings }) => {
    kept.set(name, { messages: [...messages], ...(settings.system !== undefined && { system: settings.system }) })
  },
  load: (name) => kept.get(name),
}
const run = (line: string): boolean =>
  runSlashCommand(line, { session, shelf, verbose, say: (text) => said.push(text) })

beforeEach(() => {
  said.length = 0
  kept.clear()
  session = new ChatSession(
    {
      model: 'm',
      // biome-ignore lint/correctness/useYield: no test here generates anything
      generate: async function* () {
        throw new Error('not asked in these tests')
      },
    },
    { sampling: {} },
  )
})

describe('slash commands', () => {
  it('set changes what the next request is sampled with, and refuses what makes no sense', () => {
    run('/set temperature 0.2')
    expect(session.settings.sampling).toEqual({ temperature: 0.2 })
    run('/set temperature hot')
    run('/set top_p 2')
    run('/set seed 1.5')
    run('/set __proto__ 1')
    expect(session.settings.sampling).toEqual({ temperature: 0.2 })
    expect(said.at(-1)).toContain('no setting')
  })

  it('max_tokens 0 takes the limit away', () => {
    run('/set max_tokens 5')
    expect(session.settings.maxTokens).toBe(5)
    run('/set max_tokens 0')
    expect(session.settings).not.toHaveProperty('maxTokens')
  })

  it('system sets and shows', () => {
    run('/system Answer in Punjabi')
    expect(session.settings.system).toBe('Answer in Punjabi')
    run('/system')
    expect(said.at(-1)).toContain('Answer in Punjabi')
  })

  it('save, clear and load bring a chat back', () => {
    session.restore([
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'Hello' }] },
    ])
    run('/system Be short')
    run('/save greeting')
    run('/clear')
    expect(session.messages).toEqual([])
    run('/load greeting')
    expect(session.messages).toHaveLength(2)
    run('/load nothing')
    expect(said.at(-1)).toContain('no chat')
  })

  it('bye and its synonyms end the chat; an unknown command does not', () => {
    expect(run('/bye')).toBe(true)
    expect(run('/exit')).toBe(true)
    expect(run('/frobnicate')).toBe(false)
    expect(said.at(-1)).toContain('/frobnicate')
  })

  it('help names every command', () => {
    run('/help')
    for (const name of ['/system', '/save', '/load', '/clear', '/set', '/bye']) expect(said.join('\n')).toContain(name)
  })
})
