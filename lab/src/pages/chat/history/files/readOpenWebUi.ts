import type { ChatTree, Role } from '../wire.ts'
import { buildChat, type ForeignMessage } from './buildChat.ts'
import { isObject, type LeftOut } from './foreign.ts'

type Entry = Record<string, unknown> & { readonly chat: Record<string, unknown> }

const isEntry = (value: unknown): value is Entry =>
  isObject(value) &&
  isObject(value['chat']) &&
  (isObject(value['chat']['history']) || Array.isArray(value['chat']['messages']))

/** What Open WebUI writes under “Export chats”. */
export function isOpenWebUi(value: unknown): value is Entry | unknown[] {
  return isEntry(value) || (Array.isArray(value) && value.some(isEntry))
}

export function readOpenWebUi(value: Entry | unknown[], leftOut: LeftOut): ChatTree[] {
  return (Array.isArray(value) ? value : [value]).flatMap((each) => {
    const chat = isEntry(each) ? readEntry(each, leftOut) : undefined
    if (chat === undefined) leftOut.chats++
    return chat ?? []
  })
}

function readEntry(entry: Entry, leftOut: LeftOut): ChatTree | undefined {
  const { chat } = entry
  const history = isObject(chat['history']) ? chat['history'] : {}
  const tree = isObject(history['messages']) ? history['messages'] : undefined
  const messages = tree === undefined ? fromList(chat['messages'], leftOut) : fromTree(tree, leftOut)
  const createdAt = date(entry['created_at']) ?? date(chat['timestamp']) ?? new Date(0)
  return buildChat(
    String(entry['id'] ?? chat['id'] ?? JSON.stringify(chat)),
    {
      title: text(entry['title']) || text(chat['title']),
      createdAt,
      updatedAt: date(entry['updated_at']) ?? createdAt,
      active: text(history['currentId']) || undefined,
      pinned: entry['pinned'] === true,
    },
    messages,
  )
}

const fromTree = (messages: Record<string, unknown>, leftOut: LeftOut): ForeignMessage[] =>
  Object.entries(messages).flatMap(([id, message]) => {
    if (!isObject(message)) return []
    return [readMessage(id, text(message['parentId']) || null, message, leftOut)]
  })

function fromList(messages: unknown, leftOut: LeftOut): ForeignMessage[] {
  const known = (Array.isArray(messages) ? messages : []).filter(isObject)
  return known.map((message, i) => readMessage(String(i), i === 0 ? null : String(i - 1), message, leftOut))
}

const roles: Readonly<Record<string, Role>> = { user: 'user', assistant: 'assistant', system: 'system', tool: 'tool' }

function readMessage(
  id: string,
  parentId: string | null,
  message: Record<string, unknown>,
  leftOut: LeftOut,
): ForeignMessage {
  if (Array.isArray(message['files'])) leftOut.attachments += message['files'].length
  const model = text(message['model'])
  const { said, thoughts } = splitThoughts(text(message['content']))
  return {
    id,
    parentId,
    role: roles[text(message['role'])] ?? 'user',
    text: said,
    at: date(message['timestamp']),
    ...(model !== '' && { model }),
    ...(thoughts !== '' && { reasoning: thoughts }),
  }
}

/** Thoughts stand within the text there, in a `<details type="reasoning">` of quoted lines. */
function splitThoughts(content: string): { said: string; thoughts: string } {
  const found = /^\s*<details type="reasoning"[^>]*>\s*(?:<summary>[^<]*<\/summary>)?([\s\S]*?)<\/details>\s*/.exec(
    content,
  )
  if (found === null) return { said: content, thoughts: '' }
  const thoughts = (found[1] ?? '').replaceAll(/^(?:&gt;|>) ?/gm, '').trim()
  return { said: content.slice(found[0].length), thoughts }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Seconds since 1970; in old versions milliseconds, in some nanoseconds. */
function date(value: unknown): Date | undefined {
  if (typeof value !== 'number' || !(value > 0)) return undefined
  const milliseconds = value > 1e17 ? value / 1e6 : value > 1e11 ? value : value * 1000
  const read = new Date(milliseconds)
  return Number.isNaN(read.getTime()) ? undefined : read
}
