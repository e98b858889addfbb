import { type CommandModule, newCommand } from '../command.ts'

export const runsCommand: CommandModule = {
  group: 'Work',
  create: (run) => {
    const list = newCommand('list', 'List long work, the newest first.', [
      ['sanjha runs list', 'the last 20'],
      ['sanjha runs list --state failed', 'only what failed'],
    ])
      .alias('ls')
      .option('--state <state>', 'queued, running, succeeded, failed, cancelled or interrupted')
      .option('--kind <kind>', 'such as pull')
      .option('-n, --limit <count>', 'how many', '20')
      .action((options) =>
        run(options, async (context) => {
          const { listRuns } = await import('../actions/runs.ts')
          await listRuns(context, options)
        }),
      )
    const show = newCommand('show', 'Show one run and its log.', [
      ['sanjha runs show 01JD', 'the beginning of an id is enough'],
    ])
      .argument('<id>', 'from `sanjha runs list`')
      .action((id, options) =>
        run(options, async (context) => {
          const { showRun } = await import('../actions/runs.ts')
          await showRun(context, id)
        }),
      )
    const watch = newCommand('watch', 'Follow a run until it ends.', [
      ['sanjha runs watch 01JD', 'Ctrl-C stops watching, not the run'],
    ])
      .argument('<id>', 'from `sanjha runs list`')
      .action((id, options) =>
        run(options, async (context) => {
          const { watchRun } = await import('../actions/runs.ts')
          await watchRun(context, id)
        }),
      )
    const cancel = newCommand('cancel', 'Cancel a run, in whichever process it is.', [
      ['sanjha runs cancel 01JD', 'it can be resumed'],
    ])
      .argument('<id>', 'from `sanjha runs list`')
      .action((id, options) =>
        run(options, async (context) => {
          const { cancelRun } = await import('../actions/runs.ts')
          await cancelRun(context, id)
        }),
      )
    const resume = newCommand('resume', 'Go on with a failed, cancelled or interrupted run.', [
      ['sanjha runs resume 01JD', 'what was done is not done again'],
    ])
      .argument('<id>', 'from `sanjha runs list`')
      .action((id, options) =>
        run(options, async (context) => {
          const { resumeRun } = await import('../actions/runs.ts')
          await resumeRun(context, id)
        }),
      )
    return newCommand('runs', 'Watch and steer long work.', [
      ['sanjha runs list', 'what was done and what is being done'],
    ])
      .addCommand(list)
      .addCommand(show)
      .addCommand(watch)
      .addCommand(cancel)
      .addCommand(resume)
  },
}
