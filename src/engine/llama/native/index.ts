export { createNativeEngine } from './createNativeEngine.ts'
export type { NativeEngineOptions } from './options.ts'
