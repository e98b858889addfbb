import { decimal, each, integer } from '../arguments.ts'
import { type CommandModule, newCommand } from '../command.ts'

export const runCommand: CommandModule = {
  group: 'Chat and serve',
  create: (run) =>
    newCommand('run', 'Chat with a model, or ask it once. It is fetched first when it is not here.', [
      ['sanjha run smollm2 "What is the capital of France?"', 'one answer'],
      ['sanjha run granite', 'a chat; /help tells more'],
      ['cat report.md | sanjha run granite "Summarise this"', 'stdin follows the prompt'],
      ['sanjha run smollm2 --schema person.json "Invent a person"', 'an answer of a given form'],
      ['sanjha run granite --system "Answer in Punjabi" --temperature 0', 'with settings'],
    ])
      .argument('<model>', 'short name, reference or NAME/MODEL of a remote engine')
      .argument('[prompt...]', 'what to ask; without it a chat begins')
      .option('--system <text>', 'system prompt; an empty text means none')
      .option('--temperature <number>', '0 always takes the most probable token', decimal('--temperature', 0))
      .option('--top-k <count>', 'choose among so many tokens; 0 for all', integer('--top-k', 0))
      .option('--top-p <number>', 'choose among the tokens that make up this share', decimal('--top-p', 0, 1))
      .option('--min-p <number>', 'leave out tokens below this share of the best one', decimal('--min-p', 0, 1))
      .option('--repeat-penalty <number>', '1 for none', decimal('--repeat-penalty', 0))
      .option('--seed <number>', 'the same answer every time', integer('--seed', 0))
      .option('-n, --max-tokens <count>', 'end the answer after so many tokens', integer('--max-tokens', 0))
      .option('-c, --ctx-size <tokens>', 'context length', integer('--ctx-size', 1))
      .option('--schema <file>', 'JSON Schema that the answer has to follow')
      .option('--format <format>', '"json" for any JSON')
      .option('--grammar <file>', 'GBNF grammar that the answer has to follow')
      // One each: a list would take the prompt too.
      .option('--adapter <file>', 'LoRA adapter (GGUF), as FILE or FILE:SCALE; may be given again', each)
      .option('--draft <model>', 'smaller model of the same vocabulary that proposes tokens')
      .option('--think', 'let the model think aloud; an error if it cannot')
      .option('--no-think', 'do not let it')
      .option('--keep-alive <duration>', 'how long a server keeps the model, e.g. 5m, 0 or -1')
      .option('--threads <count>', 'a fixed number instead of measuring', integer('--threads', 1))
      .option('--backend <name>', 'what computes: cpu, vulkan or cuda (see `sanjha engine`)')
      .option('--verbose', 'tell tokens per second after each answer')
      .option('--no-server', 'do not use a running server')
      .option('-i, --interactive', 'go on with a chat after the prompt')
      .action((model, prompt, options) =>
        run(options, async (context) => {
          const { runModel } = await import('../actions/runModel.ts')
          await runModel(context, model, prompt, options)
        }),
      ),
}
