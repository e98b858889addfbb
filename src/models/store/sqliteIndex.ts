import type { Database, Migration } from '../../core/index.ts'
import type { StoredModel } from './layout.ts'

/** The models room's tables. All of them can be made anew from the layout. */
export const modelsMigrations: readonly Migration[] = [
  {
    room: 'models',
    version: 1,
    sql: `
      CREATE TABLE models_state (root TEXT PRIMARY KEY, stamp TEXT NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE models (
        root TEXT NOT NULL, digest TEXT NOT NULL, stored TEXT NOT NULL, record TEXT NOT NULL,
        PRIMARY KEY (root, digest)) STRICT, WITHOUT ROWID;
      CREATE TABLE models_keys (
        root TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL,
        PRIMARY KEY (root, kind, key, digest)) STRICT, WITHOUT ROWID;
      -- What a header says in full. Keyed by what never changes, so it outlives a rebuild.
      CREATE TABLE models_headers (digest TEXT PRIMARY KEY, version INTEGER NOT NULL, header TEXT NOT NULL) STRICT;
    `,
  },
]

export type KeyKind = 'name' | 'blob' | 'source'

/** The part of a model's record that the database gives back as it was put in. */
export interface IndexedModel extends StoredModel {
  readonly facts: NonNullable<StoredModel['facts']>
}

/** The SQLite index over one layout. A cache: when its stamp is not the layout's, it is filled anew. */
export interface SqliteIndex {
  stamp(): string | undefined
  fill(stamp: string, models: readonly IndexedModel[]): void
  /** Newest first. */
  all(): IndexedModel[]
  byDigest(digest: string): IndexedModel | undefined
  byKey(kind: KeyKind, key: string): IndexedModel | undefined
  /** At most `limit` digests that begin with `prefix`. */
  digestsBeginningWith(prefix: string, limit: number): string[]
  header(digest: string, version: number): unknown
  putHeader(digest: string, version: number, header: unknown): void
}

export function openSqliteIndex(database: Database, root: string): SqliteIndex {
  const parse = (row: { record: string } | undefined): IndexedModel | undefined =>
    row === undefined ? undefined : (JSON.parse(row.record) as IndexedModel)
  return {
    stamp: () => database.get<{ stamp: string }>('SELECT stamp FROM models_state WHERE root = ?', root)?.stamp,
    fill: (stamp, models) =>
      database.transaction(() => {
        database.run('DELETE FROM models WHERE root = ?', root)
        database.run('DELETE FROM models_keys WHERE root = ?', root)
        for (const model of models) {
          const { digest } = model.manifest
          database.run(
            'INSERT INTO models (root, digest, stored, record) VALUES (?, ?, ?, ?)',
            root,
            digest,
            model.stored,
            JSON.stringify(model),
          )
          const put = (kind: KeyKind, key: string): void => {
            database.run(
              'INSERT OR IGNORE INTO models_keys (root, kind, key, digest) VALUES (?, ?, ?, ?)',
              root,
              kind,
              key,
              digest,
            )
          }
          for (const name of model.names) put('name', name)
          for (const source of model.sources) put('source', source.reference)
          for (const file of model.facts.files) put('blob', file.digest)
        }
        database.exec('DELETE FROM models_headers WHERE digest NOT IN (SELECT digest FROM models)')
        database.run(
          'INSERT INTO models_state (root, stamp) VALUES (?, ?) ON CONFLICT (root) DO UPDATE SET stamp = excluded.stamp',
          root,
          stamp,
        )
      }),
    all: () =>
      database
        .all<{ record: string }>('SELECT record FROM models WHERE root = ? ORDER BY stored DESC, digest', root)
        .map((row) => JSON.parse(row.record) as IndexedModel),
    byDigest: (digest) =>
      parse(database.get<{ record: string }>('SELECT record FROM models WHERE root = ? AND digest = ?', root, digest)),
    byKey: (kind, key) =>
      parse(
        database.get<{ record: string }>(
          `SELECT m.record FROM models_keys k JOIN models m ON m.root = k.root AND m.digest = k.digest
           WHERE k.root = ? AND k.kind = ? AND k.key = ? ORDER BY m.stored DESC LIMIT 1`,
          root,
          kind,
          key,
        ),
      ),
    digestsBeginningWith: (prefix, limit) =>
      database
        .all<{ digest: string }>(
          'SELECT digest FROM models WHERE root = ? AND digest >= ? AND digest < ? ORDER BY digest LIMIT ?',
          root,
          prefix,
          `${prefix}g`, // the letter after the last hex digit
          limit,
        )
        .map((row) => row.digest),
    header: (digest, version) => {
      const row = database.get<{ header: string }>(
        'SELECT header FROM models_headers WHERE digest = ? AND version = ?',
        digest,
        version,
      )
      return row === undefined ? undefined : JSON.parse(row.header)
    },
    putHeader: (digest, version, header) => {
      database.run(
        'INSERT INTO models_headers (digest, version, header) VALUES (?, ?, ?) ON CONFLICT (digest) DO UPDATE SET version = excluded.version, header = excluded.header',
        digest,
        version,
        JSON.stringify(header),
      )
    },
  }
}
