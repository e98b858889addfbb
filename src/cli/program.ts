import { Command, type OptionValues } from '@commander-js/extra-typings'
import { version } from '../core/version.ts'
import type { ActionRunner } from './command.ts'
import { commandModules } from './commands/index.ts'

/** The whole command tree. `run` is what an action is run by; see `main`. */
export function createProgram(run: ActionRunner): Command<unknown[], OptionValues> {
  const program = new Command('sanjha')
    .description(
      'Open source AI on your own machine: small open models, an OpenAI-, Anthropic- and Ollama-compatible server, one command.',
    )
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .exitOverride()
    .showSuggestionAfterError(true)
    .enablePositionalOptions()
    .addHelpText(
      'before',
      [
        'Examples:',
        '  sanjha run smollm2 "What is the capital of France?"   ask once',
        '  sanjha run granite                                    chat',
        '  sanjha up                                             server and default model on 127.0.0.1',
        '  echo "…long text…" | sanjha run smollm2 "Summarise"   use what another program prints',
        '',
      ].join('\n'),
    )
    .addHelpText(
      'after',
      '\nEvery command has --help with examples, and --json. Exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted, 141 nobody reads the output.',
    )
  for (const module of commandModules) {
    const command = module.create(run)
    command.helpGroup(`${module.group}:`)
    program.addCommand(command as Command)
  }
  program.helpCommand('help [command]', 'help for a command').configureHelp({ sortSubcommands: false })
  adopt(program as unknown as Command)
  return program as unknown as Command<unknown[], OptionValues>
}

/** exitOverride and suggestions do not pass on to commands that are added ready-made. */
function adopt(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command as Command)
    adopt(child as Command)
  }
}
