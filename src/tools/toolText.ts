import { formatBytes } from '../core/index.ts'

/** A piece of what a tool answers, as MCP has it. */
export type ToolContent = { readonly type: string; readonly [field: string]: unknown }

/** UTF-16 units that a model is told at most: about 16,000 tokens. */
const limit = 65_536

/**
 * What a model is told of a tool's answer. A model that reads text gets a line for what is no text, so that it does not
 * answer as if it had seen it; and it is told when something was cut.
 */
export function toolText(content: readonly ToolContent[], structured: unknown): string {
  const parts = content.map(describe)
  // Servers are asked to repeat structured content as text; where one does not, it would be lost.
  if (structured !== undefined && !content.some(({ type }) => type === 'text')) parts.push(JSON.stringify(structured))
  const text = parts.join('\n')
  if (text.length <= limit) return text || '(The tool answered nothing.)'
  // Not between the two halves of a character.
  const end = /[\ud800-\udbff]/.test(text.charAt(limit - 1)) ? limit - 1 : limit
  return `${text.slice(0, end)}\n(Cut here: ${(text.length - end).toLocaleString('en')} more characters.)`
}

function describe(part: ToolContent): string {
  const text = (field: string): string => (typeof part[field] === 'string' ? part[field] : '')
  const size = formatBytes(Math.floor((text('data').length * 3) / 4))
  switch (part.type) {
    case 'text':
      return text('text')
    case 'image':
    case 'audio':
      return `(${part.type}, ${text('mimeType')}, ${size}: not shown)`
    case 'resource_link':
      return `(resource ${text('name')}: ${text('uri')})`
    case 'resource': {
      const resource = (part['resource'] ?? {}) as Record<string, unknown>
      return typeof resource['text'] === 'string'
        ? resource['text']
        : `(resource ${String(resource['uri'])}: not shown)`
    }
    default:
      return `(${part.type}: not shown)`
  }
}
