import { type CommandModule, newCommand } from '../command.ts'

export const pushCommand: CommandModule = {
  group: 'Models',
  create: (run) =>
    newCommand('push', 'Send a model and the evidence about it to an OCI registry.', [
      [
        'sanjha push smollm2 oci://registry.example.org/team/smollm2:1',
        'credentials are read from where podman and docker keep them',
      ],
    ])
      .argument('<model>', 'a stored model')
      .argument('<target>', 'oci://host[:port]/repository[:tag]')
      .action((model, target, options) =>
        run(options, async (context) => {
          const { pushModel } = await import('../actions/pushModel.ts')
          await pushModel(context, model, target)
        }),
      ),
}
