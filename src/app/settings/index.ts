export type * from './contract.ts'
export { createLiveSettings } from './createLiveSettings.ts'
