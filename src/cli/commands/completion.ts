import { Argument } from '@commander-js/extra-typings'
import { type CommandModule, newCommand } from '../command.ts'

export const completionCommand: CommandModule = {
  group: 'System',
  create: (run) =>
    newCommand('completion', 'Print the completion script of a shell.', [
      ['source <(sanjha completion bash)', 'in ~/.bashrc'],
      ['sanjha completion zsh > ~/.zfunc/_sanjha', 'for zsh'],
      ['sanjha completion fish > ~/.config/fish/completions/sanjha.fish', 'for fish'],
    ])
      .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish'] as const))
      .action((shell, options) =>
        run(options, async (context) => {
          const { completionScript } = await import('../completion/completionScript.ts')
          context.out.raw(completionScript(shell))
        }),
      ),
}
