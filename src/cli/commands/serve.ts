import { integer } from '../arguments.ts'
import { type CommandModule, newCommand } from '../command.ts'

export const serveCommand: CommandModule = {
  group: 'Chat and serve',
  create: (run) =>
    newCommand('serve', 'Start the server with the models you name; others are loaded when a request asks for them.', [
      ['sanjha serve granite', 'one model, loaded at once'],
      ['sanjha serve', 'none yet'],
      ['sanjha serve smollm2 -d', 'in the background; `sanjha stop --server` ends it'],
    ])
      .argument('[models...]', 'models to load at once; the first is the default')
      .option('--host <address>', 'address to listen on; beyond loopback an API key is needed')
      .option('-p, --port <port>', 'port to listen on; 0 takes a free one', integer('--port', 0))
      .option('-d, --detach', 'go on in the background')
      .option('-c, --ctx-size <tokens>', 'context length', integer('--ctx-size', 1))
      .option('--threads <count>', 'a fixed number instead of measuring', integer('--threads', 1))
      .option('--backend <name>', 'what computes: cpu, vulkan or cuda (see `sanjha engine`)')
      .option('--keep-alive <duration>', 'how long an idle model stays loaded, e.g. 5m, 0 or -1')
      .option('--api-key-file <file>', 'file whose first line is the key that clients must send')
      .action((models, options) =>
        run(options, async (context) => {
          const { startServer } = await import('../actions/startServer.ts')
          await startServer(context, { ...options, models, useDefault: false })
        }),
      ),
}
