export { abortable } from './abortable.ts'
export { checkRequest } from './checkRequest.ts'
export type * from './contract.ts'
export {
  chooseContext,
  estimateFit,
  type Fit,
  kvTypeShare,
  type MemoryNeed,
  type ModelSize,
  memoryNeed,
} from './fit.ts'
export { type Hardware, type MemoryFacts, readHardware, readMemory } from './hardware/index.ts'
export { imageFromBase64, imageFromBytes, imageFromDataUrl } from './images.ts'
export type { BackendName, BackendStatus, Backends } from './llama/backends/contract.ts'
export { type BackendsOptions, createBackends } from './llama/backends/createBackends.ts'
export { createEngineInstallRunKind } from './llama/backends/installRun.ts'
export { createLlamaFactory, engineLogName, type LlamaFactoryOptions } from './llama/process/index.ts'
export { verifyNativeLibraries } from './llama/verifyNativeLibraries.ts'
export {
  createOpenAIEngine,
  createRemoteFactory,
  listRemoteModels,
  OpenAIClient,
  type RemoteModel,
} from './openai/index.ts'
export type * from './pool/contract.ts'
export {
  createEnginePool,
  type EngineFactories,
  type EngineFactory,
  type EnginePoolOptions,
  type EngineRequest,
  type EngineSource,
  type LlamaSource,
  type ManagedEngine,
  type RemoteSource,
} from './pool/index.ts'
export { choiceGrammar } from './text/index.ts'
