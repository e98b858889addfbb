import { type CommandModule, newCommand } from '../command.ts'

export const logsCommand: CommandModule = {
  group: 'Chat and serve',
  create: (run) =>
    newCommand('logs', 'Print what the server and the engines wrote.', [
      ['sanjha logs', 'the server’s last lines'],
      ['sanjha logs smollm2', 'the engine of one model'],
      ['sanjha logs -f', 'and go on as lines come'],
    ])
      .argument('[model]', 'a model; without it the server')
      .option('-f, --follow', 'wait for more')
      .option('-n, --lines <count>', 'how many last lines', '100')
      .action((model, options) =>
        run(options, async (context) => {
          const { printLogs } = await import('../actions/printLogs.ts')
          await printLogs(context, model, options)
        }),
      ),
}
