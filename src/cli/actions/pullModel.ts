import { formatBytes, SanjhaError } from '../../core/index.ts'
import type { ModelDetails } from '../../models/index.ts'
import type { CliContext } from '../CliContext.ts'
import { eventPrinter } from './watchEvents.ts'

export async function pullModel(context: CliContext, reference: string, force: boolean): Promise<void> {
  const sanjha = await context.openApp()
  const { out, signal } = context
  const run = sanjha.runs.start('pull', { model: reference, force })
  const stop = (): void => {
    const current = sanjha.runs.get(run.id)
    if (current?.state === 'running' || current?.state === 'queued') sanjha.runs.cancel(run.id)
  }
  signal.addEventListener('abort', stop, { once: true })
  const show = eventPrinter(out)
  for await (const event of sanjha.runs.events(run.id, 0, new AbortController().signal)) show(event)
  signal.removeEventListener('abort', stop)
  const ended = await sanjha.runs.wait(run.id)
  if (ended.state === 'cancelled' || ended.state === 'interrupted') {
    out.hint(`What was fetched is kept: \`sanjha pull ${reference}\` goes on from here.`)
    throw new SanjhaError('cancelled', 'The pull was interrupted.')
  }
  if (ended.error !== null) throw SanjhaError.fromJSON(ended.error)
  const result = ended.result as Pick<ModelDetails, 'name'>
  const model = await sanjha.models.find(result.name)
  if (model === undefined) throw new SanjhaError('internal', `“${result.name}” was pulled, but is not in the store.`)
  if (out.json) {
    const { name, digest, size, format, license, modified } = model
    out.document({ name, digest, size, format, license, modified })
    return
  }
  out.line(`${model.name}  ${formatBytes(model.size)}  ${model.license ?? 'license unknown'}  ${model.digest}`)
  out.hint(`sanjha run ${model.name}`)
}
