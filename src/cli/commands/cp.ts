import { type CommandModule, newCommand } from '../command.ts'

export const cpCommand: CommandModule = {
  group: 'Models',
  create: (run) =>
    newCommand('cp', 'Give a stored model another name. Nothing is copied on the disk.', [
      ['sanjha cp smollm2 assistant', 'now `sanjha run assistant` works too'],
    ])
      .argument('<source>', 'a stored model')
      .argument('<target>', 'the new name')
      .action((source, target, options) =>
        run(options, async (context) => {
          const sanjha = await context.openModels()
          const copied = await sanjha.models.copy(source, target)
          if (context.out.json) context.out.document({ name: copied.name, digest: copied.digest })
          else context.out.line(`${target} is ${copied.digest}`)
        }),
      ),
}
