import { closeSync, mkdirSync, openSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { isNodeError, SanjhaError } from './errors.ts'

export type SqlValue = null | number | bigint | string | Uint8Array
export type Row = Record<string, SqlValue>

/** One step of one room's schema. Rooms number their own steps from 1; a step, once released, never changes. */
export interface Migration {
  readonly room: string
  readonly version: number
  readonly sql: string
}

/** A thin facade over `node:sqlite`, so that another SQLite can take its place. Synchronous; safe between processes (WAL). */
export interface Database {
  /** Runs statements that take no parameters. */
  exec(sql: string): void
  run(sql: string, ...parameters: SqlValue[]): { readonly changes: number; readonly lastInsertRowid: number }
  get<T extends object = Row>(sql: string, ...parameters: SqlValue[]): T | undefined
  all<T extends object = Row>(sql: string, ...parameters: SqlValue[]): T[]
  /** Runs `work` in one transaction (`BEGIN IMMEDIATE`), rolled back when it throws. May be nested: inner ones are savepoints. */
  transaction<T>(work: () => T): T
  close(): void
}

/**
 * Opens (and creates) the database at `path`, or one in memory for `:memory:`, and brings each room's schema up to date.
 * Errors: `invalid_file` when the file is no database or was made by a newer Sanjha; `locked` when another process holds it
 * for longer than `timeoutMs`, here and with every later statement.
 */
export function openDatabase(path: string, migrations: readonly Migration[], timeoutMs = 10_000): Database {
  if (path !== ':memory:') makeFile(path)
  const connection = connect(path, timeoutMs)
  const database = facade(connection)
  migrate(database, migrations, path)
  return database
}

/** Chats are private: the file, and with it what SQLite puts beside it, is for its owner only. */
function makeFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    closeSync(openSync(path, 'a', 0o600))
  } catch (error) {
    throw isNodeError(error) ? SanjhaError.from(error) : error
  }
}

function connect(path: string, timeoutMs: number): DatabaseSync {
  let connection: DatabaseSync | undefined
  try {
    connection = new DatabaseSync(path, { timeout: timeoutMs })
    connection.exec('PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON')
    useWriteAheadLog(connection, timeoutMs)
    return connection
  } catch (error) {
    connection?.close()
    if (kindOf(error) === sqliteBusy) throw locked(error)
    // Without room for its log, SQLite speaks of an input or output error.
    const full = kindOf(error) === sqliteFull || (kindOf(error) === sqliteIoError && isFull(dirname(path)))
    if (full) throw diskFull(error)
    throw new SanjhaError('invalid_file', `The database ${path} cannot be opened: ${(error as Error).message}.`, {
      cause: error,
      hint: 'If the file is damaged, move it away: models stay in the store, and the index is built anew from it.',
    })
  }
}

/** Turning it on needs the file for a moment alone, and SQLite does not wait for that as it waits elsewhere. */
function useWriteAheadLog(connection: DatabaseSync, timeoutMs: number): void {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    try {
      connection.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (kindOf(error) !== sqliteBusy || performance.now() >= deadline) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
    }
  }
}

// The low byte of an SQLite error says what kind it is.
const [sqliteBusy, sqliteIoError, sqliteCorrupt, sqliteFull, sqliteNotADatabase] = [5, 10, 11, 13, 26]
const kindOf = (error: unknown): number => ((error as { errcode?: number }).errcode ?? 0) & 0xff

/** What can happen to anybody's disk, in words; a mistake in our SQL stays what it is. */
function translate(error: unknown): unknown {
  switch (kindOf(error)) {
    case sqliteBusy:
      return locked(error)
    case sqliteFull:
      return diskFull(error)
    case sqliteCorrupt:
    case sqliteNotADatabase:
      return new SanjhaError('invalid_file', `The database is damaged: ${(error as Error).message}.`, {
        cause: error,
        hint: 'Move it away: models stay in the store, and their index is built anew.',
      })
    default:
      return error
  }
}

function locked(cause: unknown): SanjhaError {
  return new SanjhaError('locked', 'Another process holds the database for too long.', {
    cause,
    hint: 'Try again when it has ended; `sanjha ps` shows what runs here. The file is not damaged.',
  })
}

function diskFull(cause: unknown): SanjhaError {
  return new SanjhaError('disk_full', 'There is no space left on the disk for the database.', {
    cause,
    hint: 'Free some space and try again, or set SANJHA_HOME to a folder on another disk.',
  })
}

/** Less than the smallest log that SQLite makes. */
function isFull(directory: string): boolean {
  const { bavail, bsize } = statfsSync(directory)
  return bavail * bsize < 65_536
}

function facade(connection: DatabaseSync): Database {
  const guarded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw translate(error)
    }
  }
  const statements = new Map<string, StatementSync>()
  const prepare = (sql: string): StatementSync => {
    let statement = statements.get(sql)
    if (statement === undefined) {
      statement = connection.prepare(sql)
      statements.set(sql, statement)
    }
    return statement
  }
  let depth = 0
  return {
    exec: (sql) => guarded(() => connection.exec(sql)),
    run: (sql, ...parameters) => {
      const { changes, lastInsertRowid } = guarded(() => prepare(sql).run(...parameters))
      return { changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) }
    },
    get: <T extends object>(sql: string, ...parameters: SqlValue[]) =>
      guarded(() => prepare(sql).get(...parameters)) as T | undefined,
    all: <T extends object>(sql: string, ...parameters: SqlValue[]) =>
      guarded(() => prepare(sql).all(...parameters)) as T[],
    transaction: (work) => {
      const [begin, commit, rollback] =
        depth === 0
          ? ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK']
          : [`SAVEPOINT s${depth}`, `RELEASE s${depth}`, `ROLLBACK TO s${depth}; RELEASE s${depth}`]
      guarded(() => connection.exec(begin))
      depth++
      try {
        const result = work()
        if (result instanceof Promise) throw new TypeError('A transaction is synchronous; its work must not be async.')
        guarded(() => connection.exec(commit))
        return result
      } catch (error) {
        // Some errors, such as a full disk, have rolled back already.
        if (connection.isTransaction) connection.exec(rollback)
        throw error
      } finally {
        depth--
      }
    },
    close: () => {
      statements.clear()
      connection.close()
    },
  }
}

function migrate(database: Database, migrations: readonly Migration[], path: string): void {
  database.exec(
    'CREATE TABLE IF NOT EXISTS schema_version (room TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID',
  )
  const rooms = Map.groupBy(migrations, (m) => m.room)
  for (const [room, steps] of rooms) {
    const ordered = steps.toSorted((a, b) => a.version - b.version)
    const newest = ordered.at(-1)?.version ?? 0
    const current = (): number =>
      database.get<{ version: number }>('SELECT version FROM schema_version WHERE room = ?', room)?.version ?? 0
    if (current() > newest) {
      throw new SanjhaError('invalid_file', `The database ${path} was made by a newer Sanjha.`, {
        hint: 'Update Sanjha, or set SANJHA_HOME to another folder.',
      })
    }
    if (current() === newest) continue
    database.transaction(() => {
      // Read again under the write lock: another process may have migrated meanwhile.
      const from = current()
      for (const step of ordered) if (step.version > from) database.exec(step.sql)
      database.run(
        'INSERT INTO schema_version (room, version) VALUES (?, ?) ON CONFLICT (room) DO UPDATE SET version = excluded.version',
        room,
        newest,
      )
    })
  }
}
