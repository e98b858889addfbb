/** A code block that has begun. */
export interface OpenFence {
  readonly info: string
  /** Where the code begins. */
  readonly content: number
  /** Where the first line begins that has not been looked at. */
  read: number
  closes(line: string): boolean
  /** Whether the line may still become one that closes. */
  mayClose(line: string): boolean
  /** Code without the fence's own indentation. */
  dedent(code: string): string
}

/** The fence that a text begins with, once its whole first line is there. */
export function fenceOf(text: string): OpenFence | undefined {
  const found = /^( {0,3})(`{3,}(?=[^`\n]*(?:\n|$))|~{3,})([^\n]*)(\n|$)/.exec(text)
  if (found === null) return undefined
  const [all, indent = '', marks = '', info = '', end] = found
  if (end !== '\n') return undefined
  const closing = new RegExp(`^ {0,3}\\${marks[0]}{${marks.length},}[ \\t]*$`)
  const begun = new RegExp(`^ {0,3}\\${marks[0]}*[ \\t]*$`)
  const indentation = new RegExp(`^ {0,${indent.length}}`, 'gm')
  return {
    info: info.trim(),
    content: all.length,
    read: all.length,
    closes: (line) => closing.test(line),
    mayClose: (line) => line.trim() !== '' && begun.test(line),
    dedent: (code) => (indent === '' ? code : code.replace(indentation, '')),
  }
}
