import type { ChatMessage, ChatTree } from '../wire.ts'
import { activeBranch } from './activeBranch.ts'
import { type Attachment, attachmentsOf } from './attachments.ts'

/** Words of the file, in the language of the reader. */
export interface MarkdownWords {
  readonly roles: Readonly<Record<ChatMessage['role'], string>>
  readonly thinking: string
  /** A moment as the reader writes it. */
  readonly date: (moment: Date) => string
}

/** The branch that is shown of each chat, to be read by people. */
export function exportMarkdown(chats: readonly ChatTree[], words: MarkdownWords): string {
  return `${chats.map((chat) => chatText(chat, words)).join('\n\n---\n\n')}\n`
}

function chatText(chat: ChatTree, words: MarkdownWords): string {
  const head = [`# ${oneLine(chat.title)}`, `*${words.date(new Date(chat.createdAt))}*`]
  return [...head, ...activeBranch(chat).flatMap((message) => messageText(message, words))].join('\n\n')
}

function messageText({ role, model, text, reasoning, data }: ChatMessage, words: MarkdownWords): string[] {
  const name = role === 'assistant' && model !== null ? model : words.roles[role]
  const thoughts =
    reasoning === null || reasoning.trim() === '' ? [] : [quote(`**${words.thinking}**\n\n${reasoning.trim()}`)]
  // A code block that an answer left open would swallow what comes after it.
  return [
    `## ${oneLine(name)}`,
    ...thoughts,
    closeFence(text.trim()),
    ...attachmentsOf(data).map(attachmentText),
  ].filter((part) => part !== '')
}

/** What was handed in with a question: text as it is, of pictures only the name. */
function attachmentText(attachment: Attachment): string {
  if (attachment.type === 'image') return `*${oneLine(attachment.name)}*`
  let longest = 2
  for (const [run] of attachment.text.matchAll(/`+/g)) longest = Math.max(longest, run.length)
  const fence = '`'.repeat(longest + 1)
  return `*${oneLine(attachment.name)}*\n\n${fence}\n${attachment.text.trimEnd()}\n${fence}`
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()
const quote = (text: string): string => closeFence(text).replaceAll(/^/gm, '> ')

function closeFence(text: string): string {
  let open: string | undefined
  for (const line of text.split('\n')) {
    const fence = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line)
    const mark = fence?.[1]
    if (mark === undefined) continue
    if (open === undefined) open = mark
    else if (mark.startsWith(open) && fence?.[2]?.trim() === '') open = undefined
  }
  return open === undefined ? text : `${text}\n${open}`
}
