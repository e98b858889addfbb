export { type BringRequest, bringFile } from './bringFile.ts'
export type {
  ArchiveOrigin,
  BroughtFile,
  ByteOrigin,
  ConnectionSettings,
  Expected,
  HttpOrigin,
  JoinedOrigin,
  LocalOrigin,
  TransferProgress,
} from './byteOrigin.ts'
export { createFetch, type Fetch } from './createFetch.ts'
export type { DownloadTools } from './downloadFile.ts'
export { formatBytes } from './formatBytes.ts'
export { createNet, type Net, type NetOptions } from './net.ts'
export { cancelled, openUrl } from './openUrl.ts'
export { isLoopbackHost } from './privateAddress.ts'
export { RateMeter } from './rateMeter.ts'
export { statusError } from './statusError.ts'
