export type * from './contract.ts'
export { createEnginePool, type EnginePoolOptions } from './createEnginePool.ts'
export type { MemoryProbe } from './memoryBudget.ts'
export type {
  EngineFactories,
  EngineFactory,
  EngineRequest,
  EngineSource,
  LlamaSource,
  ManagedEngine,
  RemoteSource,
} from './sources.ts'
