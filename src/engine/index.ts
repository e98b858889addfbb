export type * from './contract.ts'
export type * from './pool/contract.ts'
