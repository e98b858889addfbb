export { writeFileAtomic } from './atomicFile.ts'
export { type Clock, systemClock } from './clock.ts'
export { hashApiKey, matchApiKey } from './config/apiKeys.ts'
export { checkExposure, isLoopbackHost } from './config/checkExposure.ts'
export type {
  AdapterConfig,
  Config,
  ConfigFlag,
  HttpToolServerConfig,
  LoadedConfig,
  RemoteConfig,
  SettingDescription,
  SettingOrigin,
  SettingValue,
  StdioToolServerConfig,
  ToolServerConfig,
} from './config/config.ts'
export { defaultConfig, type LoadConfigOptions, loadConfig, projectFileName } from './config/loadConfig.ts'
export { changeConfigList, setConfigValue } from './config/setConfigValue.ts'
export { describeSettings } from './config/settings.ts'
export { type CreateFetchOptions, createFetch } from './createFetch.ts'
export { type Database, type Migration, openDatabase, type Row, type SqlValue } from './database.ts'
export { didYouMean } from './didYouMean.ts'
export {
  type ErrorCode,
  errorCodes,
  internalMessage,
  isNodeError,
  publicErrorData,
  SanjhaError,
  type SanjhaErrorData,
} from './errors.ts'
export { acquireFileLock, type FileLockOptions, withFileLock } from './fileLock.ts'
export {
  type Instance,
  listInstances,
  type RegisteredInstance,
  readInstanceToken,
  registerInstance,
} from './instances.ts'
export { createLogger, type Logger, type LogLevel, silentLogger } from './log.ts'
export { nodeCrypto, randomHex } from './nodeCrypto.ts'
export { type Paths, resolvePaths } from './paths.ts'
export { type ProcessIdentity, processState, thisProcess } from './processIdentity.ts'
export { isPublicAddress } from './publicAddress.ts'
export { sortableId } from './sortableId.ts'
export {
  bytesText,
  durationText,
  formatAge,
  formatBytes,
  formatCount,
  formatDuration,
  parseBytes,
  parseDuration,
} from './units.ts'
export { oldestNode, version } from './version.ts'
