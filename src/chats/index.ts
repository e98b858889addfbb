export type * from './contract.ts'
export { createChats } from './createChats.ts'
export { createResponseStore } from './createResponseStore.ts'
export { chatsMigrations } from './migrations.ts'
