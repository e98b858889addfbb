import { integer } from '../arguments.ts'
import { type CommandModule, newCommand } from '../command.ts'

export const upCommand: CommandModule = {
  group: 'Chat and serve',
  create: (run) =>
    newCommand('up', 'Start the server with the default model: OpenAI, Anthropic and Ollama APIs in one process.', [
      ['sanjha up', 'on 127.0.0.1'],
      ['sanjha up --port 9000', 'on another port'],
      ['sanjha up --model smollm2', 'with another default model'],
    ])
      .option('--host <address>', 'address to listen on; beyond loopback an API key is needed')
      .option('-p, --port <port>', 'port to listen on; 0 takes a free one', integer('--port', 0))
      .option('--model <model>', 'default model')
      .option('--no-model', 'start without fetching or loading a model')
      .option('--backend <name>', 'what computes: cpu, vulkan or cuda (see `sanjha engine`)')
      .option('--api-key-file <file>', 'file whose first line is the key that clients must send')
      .action((options) =>
        run(options, async (context) => {
          const { startServer } = await import('../actions/startServer.ts')
          await startServer(context, {
            ...options,
            models: typeof options.model === 'string' ? [options.model] : [],
            useDefault: options.model !== false,
          })
        }),
      ),
}
