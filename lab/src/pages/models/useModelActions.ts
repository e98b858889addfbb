import { useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ask } from '../../api/ask.ts'
import { modelQueries } from './useModels.ts'
import type { LoadedModel, PullRun } from './wire.ts'

export interface ModelActions {
  pull(reference: string): Promise<PullRun>
  cancelPull(id: string): Promise<PullRun>
  resumePull(id: string): Promise<PullRun>
  load(model: string, contextLength: number | undefined): Promise<LoadedModel>
  unload(model: string): Promise<{ unloaded: boolean }>
  remove(model: string): Promise<{ removed: string; freedBytes: number }>
  copy(model: string, target: string): Promise<{ name: string }>
}

/** What can be done with models. Each asks anew for what it changed, whether or not it succeeded. */
export function useModelActions(): ModelActions {
  const client = useQueryClient()
  return useMemo(() => {
    const after = async <T>(work: Promise<T>, keys: readonly (readonly string[])[]): Promise<T> => {
      try {
        return await work
      } finally {
        await Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey })))
      }
    }
    const post = <T>(path: string, body: unknown = {}): Promise<T> => ask<T>(path, { method: 'POST', body })
    const address = encodeURIComponent
    const store = [['models'], modelQueries.loaded, modelQueries.hardware]
    const memory = [modelQueries.loaded, modelQueries.hardware, ['models', 'log']]
    const pulls = [modelQueries.pulls]
    return {
      pull: (model) => after(post('/models/pull', { model }), pulls),
      cancelPull: (id) => after(post(`/runs/${address(id)}/cancel`), pulls),
      resumePull: (id) => after(post(`/runs/${address(id)}/resume`), pulls),
      load: (model, contextLength) =>
        after(post('/loaded', { model, ...(contextLength !== undefined && { contextLength }) }), memory),
      unload: (model) => after(ask(`/loaded/${address(model)}`, { method: 'DELETE' }), memory),
      remove: (model) => after(ask(`/models/${address(model)}`, { method: 'DELETE' }), store),
      copy: (model, target) => after(post(`/models/${address(model)}/copy`, { target }), store),
    }
  }, [client])
}
