import { resolve } from 'node:path'
import { didYouMean } from '../didYouMean.ts'
import type { ToolServerConfig } from './config.ts'
import { type Kind, parseJson, text, url, ValueProblem } from './kinds.ts'

const fields = ['name', 'command', 'args', 'cwd', 'passEnv', 'url', 'tokenEnv', 'tokenFile'] as const
type Field = (typeof fields)[number]

/** MCP servers: programs that are started, or addresses. Whether they are there is seen when they are asked. */
export const toolServers: Kind<readonly ToolServerConfig[]> = {
  type: 'a list of `{name, command, args, cwd, passEnv}` or `{name, url, tokenEnv or tokenFile}`',
  parse: (v) => {
    const items = typeof v === 'string' ? parseJson(v) : v
    if (!Array.isArray(items)) return undefined
    const parsed = items.map(parseServer)
    const twice = parsed.find((s, i) => parsed.findIndex((other) => other.name === s.name) !== i)
    if (twice) throw new ValueProblem(`Two tool servers are called "${twice.name}".`)
    return parsed
  },
  show: (v) => v,
  locate: (v, folder) =>
    v.map((server) => ({
      ...server,
      ...('cwd' in server && server.cwd !== undefined && { cwd: resolve(folder, server.cwd) }),
      ...('tokenFile' in server && server.tokenFile !== undefined && { tokenFile: resolve(folder, server.tokenFile) }),
    })),
}

function parseServer(item: unknown): ToolServerConfig {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw new ValueProblem('Each tool server is a map with `name`, and `command` or `url`.')
  }
  const given = item as Record<string, unknown>
  const unknown = Object.keys(given).find((key) => !(fields as readonly string[]).includes(key))
  if (unknown === 'env') {
    throw new ValueProblem(
      'Values for a tool server’s environment do not belong into the configuration: `passEnv` names variables that it gets from Sanjha’s own environment.',
    )
  }
  if (unknown !== undefined) {
    const [near] = didYouMean(unknown, fields, 1)
    throw new ValueProblem(
      `A tool server has no "${unknown}"${near ? `; did you mean "${near}"?` : `. It has ${fields.join(', ')}.`}`,
    )
  }
  const field = (name: Field, kind: Kind<string> = text): string | undefined => {
    if (given[name] === undefined || given[name] === null) return undefined
    const parsed = kind.parse(given[name])
    if (parsed === undefined) throw new ValueProblem(`A tool server’s \`${name}\` must be ${kind.type}.`)
    return parsed
  }
  const words = (name: Field): readonly string[] => {
    const value = given[name] ?? []
    if (Array.isArray(value) && value.every((word) => typeof word === 'string')) return value
    throw new ValueProblem(`A tool server’s \`${name}\` must be a list of texts.`)
  }
  const name = field('name')
  // Part of what models call a tool by, whose form they are used to.
  if (name === undefined || !/^[A-Za-z0-9][A-Za-z0-9-]{0,31}$/.test(name)) {
    throw new ValueProblem('A tool server needs `name`: up to 32 letters, digits and hyphens.')
  }
  const command = field('command')
  const address = field('url', url)
  if ((command === undefined) === (address === undefined)) {
    throw new ValueProblem(`The tool server "${name}" needs \`command\` or \`url\`, and not both.`)
  }
  if (command !== undefined) {
    const stray = (['tokenEnv', 'tokenFile'] as const).find((key) => given[key] !== undefined)
    if (stray) throw new ValueProblem(`\`${stray}\` is for a tool server with a \`url\`; "${name}" has a \`command\`.`)
    const cwd = field('cwd')
    return { name, command, args: words('args'), passEnv: words('passEnv'), ...(cwd !== undefined && { cwd }) }
  }
  const stray = (['args', 'cwd', 'passEnv'] as const).find((key) => given[key] !== undefined)
  if (stray) throw new ValueProblem(`\`${stray}\` is for a tool server with a \`command\`; "${name}" has a \`url\`.`)
  const tokenEnv = field('tokenEnv')
  const tokenFile = field('tokenFile')
  return {
    name,
    url: address as string,
    ...(tokenEnv !== undefined && { tokenEnv }),
    ...(tokenFile !== undefined && { tokenFile }),
  }
}
