import type { Logger as PinoLogger } from 'pino'

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug'

/** What rooms write to. Fields are for machines, the message for people. Never pass a secret. */
export interface Logger {
  error(fields: object, message: string): void
  warn(fields: object, message: string): void
  info(fields: object, message: string): void
  debug(fields: object, message: string): void
  child(fields: object): Logger
}

/** Keys whose values are never written, wherever they appear. */
const secretPaths = [
  'authorization',
  'Authorization',
  'cookie',
  'apiKey',
  'key',
  'token',
  'password',
  'secret',
].flatMap((name) => [name, `*.${name}`, `*.*.${name}`])

export const silentLogger: Logger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  child: () => silentLogger,
}

/**
 * A logger that writes one JSON object a line to stderr or to `file`. pino is imported only here and only when it is
 * needed, because importing it takes longer than all of `sanjha --help`.
 */
export async function createLogger(options: { level: LogLevel; file?: string }): Promise<Logger> {
  if (options.level === 'silent') return silentLogger
  const { pino } = await import('pino')
  const destination = pino.destination({ dest: options.file ?? 2, mkdir: true, mode: 0o600, sync: true })
  const logger: PinoLogger = pino(
    { level: options.level, base: { pid: process.pid }, redact: { paths: secretPaths, censor: '[secret]' } },
    destination,
  )
  return logger
}
