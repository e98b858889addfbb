export { type ByteSource, fileSource, invalidFile, memorySource } from './ByteSource.ts'
export type {
  MetadataValue,
  ModelFacts,
  ModelFormatReader,
  ModelHeader,
  TensorInfo,
  TokenizerFacts,
} from './contract.ts'
export {
  describeModel,
  detectFormat,
  formats,
  type ModelDescription,
  readHeader,
  readHeaderOf,
  summariseMetadata,
} from './formats.ts'
