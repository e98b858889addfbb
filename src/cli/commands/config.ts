import { type CommandModule, newCommand } from '../command.ts'

export const configCommand: CommandModule = {
  group: 'System',
  create: (run) => {
    const show = newCommand('show', 'Show every setting, its value and where the value comes from.', [
      ['sanjha config show', 'all settings'],
      ['sanjha config show server', 'those that begin with a word'],
    ])
      .argument('[prefix]', 'only settings that begin with this')
      .action((prefix, options) =>
        run(options, async (context) => {
          const { showConfig } = await import('../actions/showConfig.ts')
          await showConfig(context, prefix)
        }),
      )
    const set = newCommand('set', 'Write a setting into your config.yaml; comments in it stay.', [
      ['sanjha config set engine.keepAlive 30m', 'keep models loaded longer'],
    ])
      .argument('<key>', 'as in `sanjha config show`')
      .argument('<value>', 'as you would write it in the file')
      .action((key, value, options) =>
        run(options, async (context) => {
          const { setConfig } = await import('../actions/showConfig.ts')
          await setConfig(context, key, value)
        }),
      )
    return newCommand('config', 'See and change settings.', [
      ['sanjha config show', 'every value and where it comes from'],
    ])
      .addCommand(show)
      .addCommand(set)
  },
}
