export type * from './contract.ts'
export { createRemoteAdmin, type RemoteAdminOptions } from './createRemoteAdmin.ts'
