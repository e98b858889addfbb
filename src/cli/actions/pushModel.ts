import type { CliContext } from '../CliContext.ts'
import { progressLine } from './watchEvents.ts'

export async function pushModel(context: CliContext, name: string, target: string): Promise<void> {
  const sanjha = await context.openApp()
  const { out } = context
  const { digest } = await sanjha.models.push(name, target, {
    signal: context.signal,
    onProgress: (progress) => {
      out.progress(
        progressLine({
          step: 'push',
          completed: progress.completed,
          total: progress.total,
          unit: 'bytes',
          rate: progress.rate,
          eta: progress.eta,
          ...(progress.message !== undefined && { message: progress.message }),
        }),
      )
    },
  })
  if (out.json) out.document({ target, digest })
  else out.line(`${target}@${digest}`)
}
