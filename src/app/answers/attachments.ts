import type { JsonObject } from '../../chats/index.ts'
import { SanjhaError } from '../../core/index.ts'
import { type ContentPart, imageFromDataUrl } from '../../engine/index.ts'

/** A file that a message brings along, in `data.attachments`. */
type Attachment =
  | { readonly type: 'text'; readonly name: string; readonly text: string }
  /** `url` is a `data:` URL. */
  | { readonly type: 'image'; readonly name: string; readonly url: string }

/**
 * A message as the model gets it: its text, the text files quoted below it, the images as images. Errors: `invalid_request`
 * for attachments of another form.
 */
export function withAttachments(text: string, data: JsonObject | null): ContentPart[] {
  const attachments = readAttachments(data)
  const files = attachments.filter((each) => each.type === 'text').map(quoteFile)
  const whole = [text, ...files].filter((each) => each !== '').join('\n\n')
  return [
    ...(whole === '' ? [] : [{ type: 'text' as const, text: whole }]),
    ...attachments.flatMap((each, i) =>
      each.type === 'image' ? [imageFromDataUrl(each.url, `${param}[${i}].url`)] : [],
    ),
  ]
}

const param = 'message.data.attachments'

function readAttachments(data: JsonObject | null): readonly Attachment[] {
  const list = data?.['attachments']
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) throw bad(param, 'must be a list')
  return list.map((each: unknown, i) => readAttachment(each, `${param}[${i}]`))
}

function readAttachment(value: unknown, where: string): Attachment {
  if (typeof value !== 'object' || value === null) throw bad(where, 'must be an object')
  const { type, name, text, url } = value as Record<string, unknown>
  if (typeof name !== 'string') throw bad(`${where}.name`, 'must be the name of the file')
  if (type === 'text' && typeof text === 'string') return { type, name, text }
  if (type === 'image' && typeof url === 'string') return { type, name, url }
  throw bad(where, 'must be of type "text" with `text`, or of type "image" with a data: URL as `url`')
}

/** With a fence that nothing in the file can close. */
function quoteFile({ name, text }: Extract<Attachment, { type: 'text' }>): string {
  let longest = 2
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length)
  const fence = '`'.repeat(longest + 1)
  return `File ${JSON.stringify(name)}:\n${fence}\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}`
}

function bad(where: string, what: string): SanjhaError {
  return new SanjhaError('invalid_request', `\`${where}\` ${what}.`, { param: where })
}
