import { type CommandModule, newCommand } from '../command.ts'

export const engineCommand: CommandModule = {
  group: 'System',
  create: (run) => {
    const list = newCommand('list', 'List what the engine can compute with, here or to be fetched.', [
      ['sanjha engine list', 'which backends there are, and which one is set'],
    ])
      .alias('ls')
      .action((options) =>
        run(options, async (context) => {
          const { listBackends } = await import('../actions/engine.ts')
          await listBackends(context)
        }),
      )
    const install = newCommand('install', 'Fetch a backend. An interrupted download goes on where it stopped.', [
      ['sanjha engine install vulkan', 'for most graphics cards'],
      ['sanjha engine install cuda', 'for NVIDIA’s'],
    ])
      .argument('<name>', 'vulkan or cuda')
      .action((name, options) =>
        run(options, async (context) => {
          const { installBackend } = await import('../actions/engine.ts')
          await installBackend(context, name)
        }),
      )
    const remove = newCommand('remove', 'Remove a backend that was fetched.', [
      ['sanjha engine remove cuda', 'frees its space'],
    ])
      .alias('rm')
      .argument('<name>', 'vulkan or cuda')
      .action((name, options) =>
        run(options, async (context) => {
          const { removeBackend } = await import('../actions/engine.ts')
          await removeBackend(context, name)
        }),
      )
    return newCommand('engine', 'What the engine computes with: the processor, or a GPU on request.', [
      ['sanjha engine list', 'what there is'],
      ['sanjha engine install vulkan', 'fetch a GPU backend'],
    ])
      .addCommand(list)
      .addCommand(install)
      .addCommand(remove)
  },
}
