export type * from './contract.ts'
export { type CreateRunsOptions, createRuns } from './createRuns.ts'
export { runsMigrations } from './migrations.ts'
