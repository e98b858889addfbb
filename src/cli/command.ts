import { Command, type OptionValues } from '@commander-js/extra-typings'
import type { CliContext, GlobalFlags } from './CliContext.ts'

/** Runs an action in a context; set once by `main`. Commander keeps no place for such a thing of its own. */
export type ActionRunner = (flags: GlobalFlags, action: (context: CliContext) => Promise<void>) => Promise<void>

/** A command as the program lists it. */
export interface CommandModule {
  readonly group: 'Chat and serve' | 'Models' | 'Work' | 'System'
  create(run: ActionRunner): Command<unknown[], OptionValues>
}

/** A new command with what all have in common: `--json`, `--quiet`, and examples before everything else in its help. */
export function newCommand(
  name: string,
  description: string,
  examples: readonly (readonly [string, string])[],
): Command<[], { json?: true; quiet?: true }> {
  const width = Math.max(...examples.map(([line]) => line.length))
  const text = examples.map(([line, meaning]) => `  ${line.padEnd(width)}   ${meaning}`).join('\n')
  const command = new Command(name)
    .description(description)
    .option('--json', 'print one JSON document (JSON Lines for streams)')
    .option('-q, --quiet', 'no talk on stderr, only data and errors')
  if (examples.length > 0) command.addHelpText('before', `Examples:\n${text}\n`)
  return command as Command<[], { json?: true; quiet?: true }>
}
