import type { Hardware, LoadedModel } from './wire.ts'

export interface MemoryShare {
  readonly who: 'model' | 'others' | 'free'
  readonly model: string | null
  readonly bytes: number
}

/** Who has how much of the machine's memory: each loaded model, everything else that runs, and what is free. */
export function memoryShares(
  loaded: readonly Pick<LoadedModel, 'model' | 'status'>[],
  { memoryTotalBytes, memoryAvailableBytes }: Pick<Hardware, 'memoryTotalBytes' | 'memoryAvailableBytes'>,
): MemoryShare[] {
  const models = loaded.flatMap(({ model, status }): MemoryShare[] =>
    status === null || status.memoryBytes <= 0 ? [] : [{ who: 'model', model, bytes: status.memoryBytes }],
  )
  const free = Math.max(0, Math.min(memoryTotalBytes, memoryAvailableBytes))
  const used = models.reduce((sum, { bytes }) => sum + bytes, 0)
  // The two were measured at different moments, and pages that processes share are counted for each.
  const others = Math.max(0, memoryTotalBytes - free - used)
  return [...models, { who: 'others', model: null, bytes: others }, { who: 'free', model: null, bytes: free }]
}
