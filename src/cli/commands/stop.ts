import { type CommandModule, newCommand } from '../command.ts'

export const stopCommand: CommandModule = {
  group: 'Chat and serve',
  create: (run) =>
    newCommand('stop', 'Unload models, or stop the server.', [
      ['sanjha stop smollm2', 'unload one model; its requests end first'],
      ['sanjha stop --server', 'stop the server of this home'],
      ['sanjha stop --all', 'unload every model and stop every server of this home'],
    ])
      .argument('[models...]', 'loaded models')
      .option('--server', 'stop the server')
      .option('-a, --all', 'every model and every server')
      .option('--ignore', 'what does not run is no error')
      .action((models, options) =>
        run(options, async (context) => {
          const { stopModels } = await import('../actions/stopModels.ts')
          await stopModels(context, models, options)
        }),
      ),
}
