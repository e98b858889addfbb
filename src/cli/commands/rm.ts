import { type CommandModule, newCommand } from '../command.ts'

export const rmCommand: CommandModule = {
  group: 'Models',
  create: (run) =>
    newCommand('rm', 'Remove models from the store. Bytes that another model uses stay.', [
      ['sanjha rm smollm2', 'one model'],
      ['sanjha rm --all', 'every model'],
      ['sanjha rm --ignore a b', 'no error for what is not there'],
    ])
      .argument('[models...]', 'names, aliases or digests')
      .option('-a, --all', 'every stored model')
      .option('--ignore', 'names that are not stored are no error')
      .action((models, options) =>
        run(options, async (context) => {
          const { removeModels } = await import('../actions/removeModels.ts')
          await removeModels(context, models, options)
        }),
      ),
}
