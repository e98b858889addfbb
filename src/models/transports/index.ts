export type {
  ResolvedFile,
  ResolvedModel,
  RunProgram,
  Transport,
  TransportContext,
  TransportSettings,
} from './contract.ts'
export { createRunProgram } from './runProgram.ts'
export { resolveReference, transports } from './transports.ts'
