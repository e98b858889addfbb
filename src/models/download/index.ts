export { isLoopbackHost } from '../../core/index.ts'
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
export { type DownloadTools, downloadFile } from './downloadFile.ts'
export { localSize } from './localSize.ts'
export { createNet, type Fetch, type Net, type NetOptions, offlineError, systemLookup } from './net.ts'
export { cancelled, openUrl, refusePrivate } from './openUrl.ts'
export { RateMeter } from './rateMeter.ts'
export { statusError } from './statusError.ts'
