import { type CommandModule, newCommand } from '../command.ts'

export const psCommand: CommandModule = {
  group: 'Chat and serve',
  create: (run) =>
    newCommand('ps', 'List running servers and the models that are loaded.', [
      ['sanjha ps', 'model, memory, threads and why, speed, until when'],
      ['sanjha ps --json', 'for a script'],
    ]).action((options) =>
      run(options, async (context) => {
        const { listLoaded } = await import('../actions/listLoaded.ts')
        await listLoaded(context)
      }),
    ),
}
