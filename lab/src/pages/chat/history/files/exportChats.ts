import type { ChatsFile, ChatTree } from '../wire.ts'
import { exportMarkdown, type MarkdownWords } from './exportMarkdown.ts'
import { exportOpenAi } from './exportOpenAi.ts'

export const exportForms = ['markdown', 'json', 'openai'] as const
export type ExportForm = (typeof exportForms)[number]

export interface ExportedFile {
  readonly name: string
  readonly type: string
  readonly text: string
}

/** A file of chats, made where they are shown. Only `json` keeps everything and can be imported again without loss. */
export function exportChats(
  form: ExportForm,
  chats: readonly ChatTree[],
  words: MarkdownWords,
  now: Date,
): ExportedFile {
  const name = fileName(chats, now)
  if (form === 'markdown') return { name: `${name}.md`, type: 'text/markdown', text: exportMarkdown(chats, words) }
  if (form === 'json') return { name: `${name}.json`, type: 'application/json', text: exportJson(chats, now) }
  const several = chats.length !== 1
  return {
    name: `${name}.openai.${several ? 'jsonl' : 'json'}`,
    type: several ? 'application/jsonl' : 'application/json',
    text: exportOpenAi(chats),
  }
}

function exportJson(chats: readonly ChatTree[], now: Date): string {
  const file: ChatsFile = { format: 'sanjha.chats', version: 1, exportedAt: now.toISOString(), chats }
  return `${JSON.stringify(file, null, 1)}\n`
}

/** The title of the only chat, as far as every file system takes it; else how many there are, and the day. */
export function fileName(chats: readonly Pick<ChatTree, 'title'>[], now: Date): string {
  const [only] = chats
  const title =
    chats.length === 1 && only !== undefined
      ? [...only.title.replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, '-').replaceAll(/^-+|-+$/g, '')].slice(0, 60).join('')
      : ''
  const two = (n: number): string => String(n).padStart(2, '0')
  return title || `sanjha-chats-${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
}
