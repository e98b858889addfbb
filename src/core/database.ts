import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { SanjhaError } from './errors.ts'

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
 * Errors: `invalid_file` when the file is no database or was made by a newer Sanjha.
 */
export function openDatabase(path: string, migrations: readonly Migration[]): Database {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
  const connection = connect(path)
  const database = facade(connection)
  migrate(database, migrations, path)
  return database
}

function connect(path: string): DatabaseSync {
  try {
    const connection = new DatabaseSync(path, { timeout: 10_000 })
    connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON')
    return connection
  } catch (error) {
    throw new SanjhaError('invalid_file', `The database ${path} cannot be opened: ${(error as Error).message}.`, {
      cause: error,
      hint: 'If the file is damaged, move it away: models stay in the store, and the index is built anew from it.',
    })
  }
}

function facade(connection: DatabaseSync): Database {
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
    exec: (sql) => connection.exec(sql),
    run: (sql, ...parameters) => {
      const { changes, lastInsertRowid } = prepare(sql).run(...parameters)
      return { changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) }
    },
    get: <T extends object>(sql: string, ...parameters: SqlValue[]) => prepare(sql).get(...parameters) as T | undefined,
    all: <T extends object>(sql: string, ...parameters: SqlValue[]) => prepare(sql).all(...parameters) as T[],
    transaction: (work) => {
      const [begin, commit, rollback] =
        depth === 0
          ? ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK']
          : [`SAVEPOINT s${depth}`, `RELEASE s${depth}`, `ROLLBACK TO s${depth}; RELEASE s${depth}`]
      connection.exec(begin)
      depth++
      try {
        const result = work()
        connection.exec(commit)
        return result
      } catch (error) {
        connection.exec(rollback)
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
