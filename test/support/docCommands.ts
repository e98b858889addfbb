/** One fenced `sh` block of a page. */
export interface DocBlock {
  readonly page: string
  /** Line of the opening fence, from 1. */
  readonly line: number
  readonly commands: readonly string[]
  /** `skip` is why it is not run; `server`: it talks to a running server, whose port is `$PORT`. */
  readonly mode:
    | { readonly kind: 'plain' }
    | { readonly kind: 'server' }
    | { readonly kind: 'skip'; readonly reason: string }
}

const runnable = /^(?:\w+=\S* )*(sanjha|npm|curl|\.\/bin\/sanjha\.js)\b|\| *(sanjha|curl)\b/

/**
 * The `sh` blocks of a Markdown page with the commands in them that are ours to run. A comment before a block says how:
 * `<!-- test: skip REASON -->` or `<!-- test: server -->`. Lines that end in a backslash or within '…' go on; `#` lines are left out.
 */
export function docCommands(page: string, markdown: string): DocBlock[] {
  const pattern = /(?:<!-- test: (skip|server)(?: ([^\n]*?))? -->\s*\n)?^```sh[^\n]*\n([\s\S]*?)^```/gm
  return [...markdown.matchAll(pattern)].flatMap((match): DocBlock[] => {
    const [whole, kind, reason = '', body = ''] = match
    const commands = wholeCommands(body.replaceAll(/\s*\\\n\s*/g, ' '))
      .map((command) => command.replace(/^\$ /, '').trim())
      .filter((command) => runnable.test(command))
    if (commands.length === 0) return []
    const line = markdown.slice(0, match.index + whole.indexOf('```sh')).split('\n').length
    if (kind === 'skip') return [{ page, line, commands, mode: { kind, reason } }]
    return [{ page, line, commands, mode: { kind: kind === 'server' ? kind : 'plain' } }]
  })
}

/** One command each: a text within single quotes may hold several lines. */
function wholeCommands(text: string): string[] {
  const commands: string[] = []
  let open = false
  for (const line of text.split('\n')) {
    if (open) commands.push(`${commands.pop()}\n${line}`)
    else commands.push(line)
    // An apostrophe in a remark opens nothing.
    if (!open && line.trimStart().startsWith('#')) continue
    if (line.split("'").length % 2 === 0) open = !open
  }
  return commands
}
