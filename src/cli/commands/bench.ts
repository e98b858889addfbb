import { integer } from '../arguments.ts'
import { type CommandModule, newCommand } from '../command.ts'

export const benchCommand: CommandModule = {
  group: 'Work',
  create: (run) =>
    newCommand('bench', 'Measure how fast a model runs here.', [
      ['sanjha bench smollm2', 'prompt and generation tokens per second, time to first token'],
      ['sanjha bench smollm2 --streams 4 --json', 'four requests at once, for a script'],
    ])
      .argument('<model>', 'a stored model')
      .option('--prompt-tokens <count>', 'tokens of the prompt', integer('--prompt-tokens', 1), 512)
      .option('--generate-tokens <count>', 'tokens to generate', integer('--generate-tokens', 1), 128)
      .option('--streams <count>', 'requests at once', integer('--streams', 1), 1)
      .option('--rounds <count>', 'how often; the median is reported', integer('--rounds', 1), 3)
      .option('--threads <count>', 'a fixed number instead of measuring', integer('--threads', 1))
      .option('--backend <name>', 'what computes: cpu, vulkan or cuda (see `sanjha engine`)')
      .action((model, options) =>
        run(options, async (context) => {
          const { benchModel } = await import('../actions/benchModel.ts')
          await benchModel(context, model, options)
        }),
      ),
}
