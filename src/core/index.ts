export { writeFileAtomic } from './atomicFile.ts'
export { type Clock, systemClock } from './clock.ts'
export type {
  Config,
  ConfigFlag,
  LoadedConfig,
  RemoteConfig,
  SettingDescription,
  SettingOrigin,
  SettingValue,
} from './config/config.ts'
export { type Database, type Migration, openDatabase, type Row, type SqlValue } from './database.ts'
export { type ErrorCode, errorCodes, isNodeError, SanjhaError, type SanjhaErrorData } from './errors.ts'
export { acquireFileLock, type FileLockOptions, withFileLock } from './fileLock.ts'
export { createLogger, type Logger, type LogLevel, silentLogger } from './log.ts'
export { type Paths, resolvePaths } from './paths.ts'
