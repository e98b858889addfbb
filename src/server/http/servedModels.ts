import type { Sanjha } from '../../app/contract.ts'
import { SanjhaError } from '../../core/index.ts'

/** One model that a request may name. */
export interface ServedModel {
  readonly id: string
  /** Seconds since 1970. */
  readonly created: number
  readonly owner: string
  readonly contextLength: number | null
  /** The model that an adapter is for. */
  readonly parent?: string
}

/** All models that can be asked: those in the store, adapters, those of remote engines, and whatever else is loaded. */
export async function servedModels(sanjha: Sanjha, signal: AbortSignal): Promise<ServedModel[]> {
  const [stored, remote] = await Promise.all([sanjha.models.list(), sanjha.remoteModels(signal)])
  const byId = new Map<string, ServedModel>()
  for (const model of stored) {
    byId.set(model.name, {
      id: model.name,
      created: Math.floor(Date.parse(model.modified) / 1000) || 0,
      owner: 'sanjha',
      contextLength: model.contextLength,
    })
  }
  for (const { name, model } of sanjha.config.adapters) {
    const base = await sanjha.models.find(model).catch(() => undefined)
    const parent = base?.name ?? model
    const created = byId.get(parent)?.created ?? 0
    // A stored model of the same name is listed as what it is; who asks for it hears that the two are in conflict.
    if (byId.has(name)) continue
    byId.set(name, { id: name, created, owner: 'sanjha', contextLength: base?.contextLength ?? null, parent })
  }
  for (const id of remote) byId.set(id, { id, created: 0, owner: id.split('/', 1)[0]!, contextLength: null })
  for (const { model, engine, contextLength, loadedAt } of sanjha.engines.list()) {
    const known = byId.get(model)
    if (known !== undefined) {
      // What a request may use is what was loaded, not what the file could do.
      if (contextLength > 0) byId.set(model, { ...known, contextLength })
      continue
    }
    const created = loadedAt === null ? 0 : Math.floor(Date.parse(loadedAt) / 1000)
    byId.set(model, { id: model, created, owner: engine === 'llama' ? 'sanjha' : engine, contextLength })
  }
  return [...byId.values()]
}

/** One of them by any of its names. Errors: `model_not_found` with what was perhaps meant. */
export async function servedModel(sanjha: Sanjha, name: string, signal: AbortSignal): Promise<ServedModel> {
  const all = await servedModels(sanjha, signal)
  const stored = await sanjha.models.find(name).catch(() => undefined)
  const found = all.find((m) => m.id === name || m.id === stored?.name)
  if (found !== undefined) return found
  const similar = await sanjha.models.suggest(name)
  throw new SanjhaError('model_not_found', `There is no model ${JSON.stringify(name)} here.`, {
    param: 'model',
    hint:
      similar.length > 0
        ? `Did you mean ${similar.join(' or ')}?`
        : '`sanjha list` shows what is stored, `sanjha pull MODEL` gets another.',
  })
}
