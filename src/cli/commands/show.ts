import { type CommandModule, newCommand } from '../command.ts'

export const showCommand: CommandModule = {
  group: 'Models',
  create: (run) =>
    newCommand('show', 'Tell what is known about a stored model.', [
      ['sanjha show smollm2', 'architecture, size, licence, context, sources'],
      ['sanjha show smollm2 --template', 'only the chat template'],
      ['sanjha show smollm2 --json', 'everything, for a script'],
    ])
      .argument('<model>', 'name, alias, reference or digest')
      .option('--template', 'print only the chat template')
      .option('--metadata', 'print the header’s key-values too')
      .action((model, options) =>
        run(options, async (context) => {
          const { showModel } = await import('../actions/showModel.ts')
          await showModel(context, model, options)
        }),
      ),
}
