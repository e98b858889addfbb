export type {
  ResolvedFile,
  ResolvedModel,
  RunProgram,
  Transport,
  TransportContext,
  TransportSettings,
} from './contract.ts'
export { findNpmArchive, integrityDigest, type NpmArchive } from './packages/npm.ts'
export { createRunProgram } from './runProgram.ts'
export { resolveReference, transports } from './transports.ts'
