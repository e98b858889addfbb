import type { TemplateMessage } from '../template/probeTemplate.ts'

/** From (inclusive) and to (exclusive), in UTF-16 units of the prompt. */
export type Range = readonly [from: number, to: number]

/** What known vocabularies use as special tokens. */
const markup =
  /<\|[^|<>\s]{1,40}\|>|<｜[^｜<>\s]{1,40}｜>|\[\/?[A-Z]{3,}(?:_[A-Z]+)*\]|<(?:start|end)_of_[a-z]+>|<\/?(?:s|bos|eos|unk|pad|think|tool_call|tool_response|response)>/

const textOf = (content: TemplateMessage['content']): string =>
  typeof content === 'string' ? content : content.map((part) => part.text).join('')

/**
 * Where what users and tools said stands in the prompt, of those texts that contain the spelling of a special token.
 * Tokenized without special tokens there, nobody can end their own turn and write a system message of their own.
 * Texts without such spellings are not listed: they mean the same either way.
 */
export function literalRanges(prompt: string, messages: readonly TemplateMessage[]): Range[] {
  const all = locate(prompt, messages)
  // Some templates write the system message into the last turn: looking behind it would miss all turns before.
  const said = locate(
    prompt,
    messages.filter((message) => message.role !== 'system'),
  )
  return said.length > all.length ? said : all
}

function locate(prompt: string, messages: readonly TemplateMessage[]): Range[] {
  const ranges: Range[] = []
  let from = 0
  for (const message of messages) {
    const text = textOf(message.content).trim()
    if (text === '') continue
    const at = prompt.indexOf(text, from)
    if (at < 0) continue
    from = at + text.length
    if ((message.role === 'user' || message.role === 'tool') && markup.test(text)) ranges.push([at, from])
  }
  return ranges
}

/** The prompt in pieces, in order: `special` ones are tokenized with special tokens, the others as plain text. */
export function promptSegments(prompt: string, literals: readonly Range[]): { text: string; special: boolean }[] {
  const segments: { text: string; special: boolean }[] = []
  let at = 0
  for (const [from, to] of literals) {
    if (from > at) segments.push({ text: prompt.slice(at, from), special: true })
    segments.push({ text: prompt.slice(from, to), special: false })
    at = to
  }
  if (at < prompt.length) segments.push({ text: prompt.slice(at), special: true })
  return segments
}
