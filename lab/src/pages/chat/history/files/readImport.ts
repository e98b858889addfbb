import type { ChatTree } from '../wire.ts'
import { isObject, type LeftOut } from './foreign.ts'
import { isChatGpt, readChatGpt } from './readChatGpt.ts'
import { isOpenAi, readOpenAi } from './readOpenAi.ts'
import { isOpenWebUi, readOpenWebUi } from './readOpenWebUi.ts'

export const importForms = ['sanjha', 'openai', 'chatgpt', 'openwebui'] as const
export type ImportForm = (typeof importForms)[number]

/** Why a file is none that can be imported. */
export type ImportProblem = 'empty' | 'zip' | 'notText' | 'notJson' | 'unknown' | 'nothing'

export class ImportError extends Error {
  override readonly name = 'ImportError'
  readonly problem: ImportProblem
  /** The line at which it went wrong, where that is known. */
  readonly line: number | undefined

  constructor(problem: ImportProblem, line?: number) {
    super(problem)
    this.problem = problem
    this.line = line
  }
}

export interface ReadChats {
  readonly form: ImportForm
  /** Checked by the server, which takes nothing of the wrong form. */
  readonly chats: readonly ChatTree[]
  readonly leftOut: LeftOut
}

/** Reads a file of chats of any form that is known. Errors: `ImportError`. */
export function readImport(text: string, now: Date): ReadChats {
  const content = text.replace(/^\uFEFF/, '')
  if (content.trim() === '') throw new ImportError('empty')
  if (content.startsWith('PK\u0003\u0004')) throw new ImportError('zip')
  if (content.includes('\0')) throw new ImportError('notText')
  const value = parse(content)
  const leftOut: LeftOut = { attachments: 0, chats: 0 }
  if (isObject(value) && value['format'] === 'sanjha.chats') {
    const chats = Array.isArray(value['chats']) ? (value['chats'] as ChatTree[]) : []
    return some({ form: 'sanjha', chats, leftOut })
  }
  if (isChatGpt(value)) return some({ form: 'chatgpt', chats: readChatGpt(value, leftOut), leftOut })
  if (isOpenWebUi(value)) return some({ form: 'openwebui', chats: readOpenWebUi(value, leftOut), leftOut })
  if (isOpenAi(value)) return some({ form: 'openai', chats: readOpenAi(value, leftOut, now), leftOut })
  throw new ImportError('unknown')
}

function some(read: ReadChats): ReadChats {
  if (read.chats.length === 0) throw new ImportError('nothing')
  return read
}

/** JSON, or JSON Lines as an array. */
function parse(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    const lines = content.split('\n')
    const values: unknown[] = []
    for (const [i, line] of lines.entries()) {
      if (line.trim() === '') continue
      try {
        values.push(JSON.parse(line))
      } catch {
        // One value over many lines, with a mistake in it, is no JSON Lines; the first line tells.
        throw new ImportError('notJson', values.length === 0 ? undefined : i + 1)
      }
    }
    return values
  }
}
