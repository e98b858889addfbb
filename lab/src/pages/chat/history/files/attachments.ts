import type { Data } from '../wire.ts'
import { isObject } from './foreign.ts'

/** A file that was handed in with a question. */
export type Attachment =
  | { readonly type: 'text'; readonly name: string; readonly text: string }
  | { readonly type: 'image'; readonly name: string; readonly url: string }

export function attachmentsOf(data: Data | null): Attachment[] {
  const list = Array.isArray(data?.['attachments']) ? data['attachments'] : []
  return list.flatMap((each: unknown): Attachment[] => {
    if (!isObject(each) || typeof each['name'] !== 'string') return []
    const { type, name, text, url } = each
    if (type === 'text' && typeof text === 'string') return [{ type, name, text }]
    if (type === 'image' && typeof url === 'string') return [{ type, name, url }]
    return []
  })
}
