import { type CommandModule, newCommand } from '../command.ts'

export const listCommand: CommandModule = {
  group: 'Models',
  create: (run) =>
    newCommand('list', 'List the models in the store.', [
      ['sanjha list', 'what is here'],
      ['sanjha list --catalog', 'what can be fetched by a short name'],
      ['sanjha list --json', 'for a script'],
    ])
      .alias('ls')
      .option('--catalog', 'models that the built-in catalogue knows, instead of the stored ones')
      .option('--sort <field>', 'name, size or modified', 'name')
      .action((options) =>
        run(options, async (context) => {
          const { listModels, listCatalog } = await import('../actions/listModels.ts')
          await (options.catalog ? listCatalog(context) : listModels(context, options.sort))
        }),
      ),
}
