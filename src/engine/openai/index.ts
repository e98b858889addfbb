export { createOpenAIEngine, type OpenAIEngineOptions } from './createOpenAIEngine.ts'
export { createRemoteFactory } from './createRemoteFactory.ts'
export { listRemoteModels, type RemoteModel } from './listRemoteModels.ts'
export { OpenAIClient, type OpenAIClientOptions } from './OpenAIClient.ts'
