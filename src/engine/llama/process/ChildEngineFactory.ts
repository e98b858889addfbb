import type { Engine } from '../../contract.ts'

/** What an engine's factory gets besides its options. */
export interface EngineFactoryHooks {
  /** Tells how much is loaded, 0 to 1. */
  readonly onProgress: (fraction: number) => void
}

/** What a module exports to be hosted in a process: makes the engine ready, with options that crossed as they are. */
export type ChildEngineFactory = (options: unknown, hooks: EngineFactoryHooks) => Promise<Engine>
