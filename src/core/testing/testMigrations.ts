import type { Migration } from '../database.ts'

/** Steps that fail when they are done twice. */
export const testMigrations: readonly Migration[] = [
  { room: 'test', version: 1, sql: 'CREATE TABLE counter (n INTEGER NOT NULL) STRICT; INSERT INTO counter VALUES (0)' },
  { room: 'test', version: 2, sql: 'CREATE TABLE entry (n INTEGER PRIMARY KEY) STRICT' },
  { room: 'test', version: 3, sql: 'ALTER TABLE entry ADD COLUMN pid INTEGER' },
  { room: 'other', version: 1, sql: 'CREATE TABLE other (x TEXT) STRICT' },
]
