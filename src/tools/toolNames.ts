/** OpenAI's limit, which other wires and many templates share. */
const longest = 64

/**
 * Names for models: `SERVER__TOOL`, of letters, digits, `_` and `-` only, at most 64 long, each once. The same tools get the
 * same names whatever the order of others.
 */
export function toolNames(server: string, tools: readonly string[]): string[] {
  const taken = new Set<string>()
  return tools.map((tool) => {
    const name = `${server}__${tool.replaceAll(/[^A-Za-z0-9_-]/g, '_')}`.slice(0, longest)
    let unique = name
    for (let n = 2; taken.has(unique); n++) unique = `${name.slice(0, longest - `_${n}`.length)}_${n}`
    taken.add(unique)
    return unique
  })
}
