import { type CommandModule, newCommand } from '../command.ts'

export const doctorCommand: CommandModule = {
  group: 'System',
  create: (run) =>
    newCommand('doctor', 'Check everything that a person could stumble over, and say how to mend it.', [
      ['sanjha doctor', 'Node, disk, memory, port, hub and registries, engine with a real token'],
      ['sanjha doctor --offline', 'without asking any host'],
    ])
      .option('--offline', 'ask no host')
      .action((options) =>
        run(options, async (context) => {
          const { runDoctor } = await import('../actions/doctor.ts')
          await runDoctor(context, options.offline === true)
        }),
      ),
}
