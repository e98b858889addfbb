import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { exitCodes } from '../src/cli/exitCodes.ts'
import { createProgram } from '../src/cli/program.ts'
import { cliSchemas } from './cliSchemas.ts'

/** As much of a commander command as the page shows. */
interface CommandLike {
  name(): string
  description(): string
  aliases(): readonly string[]
  usage(): string
  readonly commands: readonly CommandLike[]
  readonly options: readonly { readonly flags: string; readonly description: string; readonly hidden: boolean }[]
  readonly registeredArguments: readonly { readonly description: string; name(): string }[]
}

/** The reference of the command line, made from the commands themselves. */
export function cliPage(): string {
  const program = createProgram(async () => undefined) as unknown as CommandLike
  const sections = program.commands
    .filter((command) => command.name() !== 'help')
    .map((command) => section(command, ''))
  return `# The command line

stdout is data, stderr is talk. Every command takes \`--json\` (one JSON document on stdout; for streams JSON Lines), \`--quiet\` (no talk),
and \`--help\` (examples first). Colours and the moving progress line appear on a terminal only, and never with \`NO_COLOR\`.

Exit status: ${exitCodes.ok} done, ${exitCodes.failed} failed, ${exitCodes.usage} wrong usage, ${exitCodes.interrupted} interrupted, ${exitCodes.unread} nobody reads the output
(as with \`| head\`). A server goes on when nobody reads what it writes: \`sanjha up | head -1\` prints its address and serves.

With \`--json\` a failure is a document too, also wrong usage (with \`param: argv\`), whose words stand on stderr besides:

${jsonBlock('error')}

${sections.join('\n')}
This page is made from the commands: \`npm run docs\`.
`
}

function section(command: CommandLike, parent: string): string {
  const name = `${parent} ${command.name()}`.trim()
  const aliases = command.aliases().length > 0 ? ` (also \`${command.aliases().join('`, `')}\`)` : ''
  const lines = [
    `## sanjha ${name}`,
    '',
    `${command.description()}${aliases}`,
    '',
    '```',
    `sanjha ${name} ${command.usage()}`,
    '```',
    '',
  ]
  const rows = [
    ...command.registeredArguments.map((argument) => [argument.name(), argument.description]),
    ...command.options
      .filter((option) => !option.hidden && !['--json', '-q, --quiet'].includes(option.flags))
      .map((option) => [option.flags, option.description]),
  ]
  if (rows.length > 0)
    lines.push('| | |', '|---|---|', ...rows.map(([what, meaning]) => `| \`${what}\` | ${meaning} |`), '')
  if (cliSchemas[name] !== undefined) lines.push(`\`--json\` prints:`, '', jsonBlock(name), '')
  for (const variant of Object.keys(cliSchemas).filter((key) => key.startsWith(`${name} --`))) {
    lines.push(`\`${variant.slice(name.length + 1)} --json\` prints:`, '', jsonBlock(variant), '')
  }
  return [lines.join('\n'), ...command.commands.map((child) => section(child, name))].join('\n')
}

function jsonBlock(name: string): string {
  const schema = z.toJSONSchema(cliSchemas[name] as z.ZodType, { reused: 'inline', io: 'output' })
  return `\`\`\`json\n${JSON.stringify({ ...schema, $schema: undefined }, null, 1)}\n\`\`\``
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, '..', 'docs', 'reference', 'cli.md'), cliPage())
