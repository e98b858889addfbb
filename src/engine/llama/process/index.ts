export type { ChildEngineFactory, EngineFactoryHooks } from './ChildEngineFactory.ts'
export { createLlamaFactory, engineLogName, type LlamaFactoryOptions } from './createLlamaFactory.ts'
export { type EngineLog, openEngineLog } from './engineLog.ts'
export type { EngineChildOptions, EngineLimits } from './startEngineChild.ts'
export {
  type RestartPolicy,
  type SupervisedEngine,
  type SupervisorOptions,
  superviseEngine,
} from './superviseEngine.ts'
