import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from './database.ts'
import { testMigrations } from './testing/testMigrations.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-database-'))
  path = join(folder, 'deep', 'a.db')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const script = fileURLToPath(new URL('testing/databaseWorker.ts', import.meta.url))
const start = (count: number) =>
  spawn(process.execPath, [script, path, String(count)], { stdio: ['ignore', 'pipe', 'inherit'] })

describe('migrations', () => {
  it('are done once, when several processes open a new database at the same moment', async () => {
    const children = Array.from({ length: 6 }, () => start(20))
    const ends = await Promise.all(children.map((child) => once(child, 'exit')))
    expect(ends).toEqual(Array(6).fill([0, null]))
    const database = openDatabase(path, testMigrations)
    expect(database.get('SELECT n FROM counter')).toEqual({ n: 120 })
    expect(database.get('SELECT count(*) AS n, count(DISTINCT pid) AS pids FROM entry')).toEqual({ n: 120, pids: 6 })
    expect(database.all('SELECT * FROM schema_version ORDER BY room')).toEqual([
      { room: 'other', version: 1 },
      { room: 'test', version: 3 },
    ])
    database.close()
  })

  it('go on from where an older Sanjha stopped, and change nothing when a step fails', () => {
    const older = openDatabase(path, testMigrations.slice(0, 2))
    older.run('INSERT INTO entry (n) VALUES (7)')
    older.close()
    const broken = [
      ...testMigrations,
      { room: 'test', version: 4, sql: 'CREATE TABLE half (x); CREATE TABLE entry (x)' },
    ]
    expect(() => openDatabase(path, broken)).toThrow(/already exists/)
    const newer = openDatabase(path, testMigrations)
    expect(newer.all('SELECT * FROM entry')).toEqual([{ n: 7, pid: null }])
    expect(newer.get(`SELECT 1 FROM sqlite_master WHERE name = 'half'`)).toBeUndefined()
    newer.close()
  })

  it('refuse a database of a newer Sanjha, and a file that is none', async () => {
    openDatabase(path, testMigrations).close()
    expect(() => openDatabase(path, testMigrations.slice(0, 2))).toThrow(
      expect.objectContaining({ code: 'invalid_file', hint: expect.stringMatching(/Update Sanjha/) }),
    )
    const other = join(folder, 'text.db')
    await writeFile(other, 'this is no database, however long one looks at it '.repeat(50))
    expect(() => openDatabase(other, testMigrations)).toThrow(expect.objectContaining({ code: 'invalid_file' }))
  })
})

describe('a database', () => {
  it.each(['before it was ever opened', 'that is in use'])(
    'held by another process, %s: says so, and is opened when it is free',
    (when) => {
      if (when === 'that is in use') openDatabase(path, testMigrations).close()
      else mkdirSync(dirname(path))
      const other = new DatabaseSync(path)
      // In this mode a connection gives nothing back between its transactions.
      other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS theirs (x)')
      const held = expect.objectContaining({
        code: 'locked',
        retryable: true,
        message: expect.stringMatching(/Another process/),
      })
      expect(() => openDatabase(path, testMigrations, 50)).toThrow(held)
      other.exec('COMMIT')
      other.close()
      const database = openDatabase(path, testMigrations, 50)
      const writer = openDatabase(path, testMigrations, 50)
      writer.exec('BEGIN IMMEDIATE')
      expect(() => database.run('INSERT INTO other VALUES (1)')).toThrow(held)
      writer.exec('COMMIT')
      writer.close()
      database.close()
    },
  )

  it('is for its owner only', async () => {
    if (process.platform === 'win32') return
    const database = openDatabase(path, testMigrations)
    database.run('INSERT INTO other VALUES (?)', 'x')
    for (const suffix of ['', '-wal', '-shm']) expect((await stat(path + suffix)).mode & 0o777).toBe(0o600)
    database.close()
  })

  it('is whole after its writer was killed, again and again', async () => {
    for (let round = 0; round < 4; round++) {
      const child = start(1_000_000)
      await once(child.stdout, 'data')
      // Long enough to be in the middle of writing, whatever the machine.
      const database = openDatabase(path, testMigrations)
      const before = (database.get<{ n: number }>('SELECT n FROM counter') as { n: number }).n
      while ((database.get<{ n: number }>('SELECT n FROM counter') as { n: number }).n < before + 5) {
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      child.kill('SIGKILL')
      await once(child, 'exit')
      const { n } = database.get<{ n: number }>('SELECT n FROM counter') as { n: number }
      expect(database.get('SELECT count(*) AS count, max(n) AS last FROM entry')).toEqual({ count: n, last: n })
      expect(database.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' })
      database.close()
    }
  })

  it('rolls back what throws, also the inner one alone', () => {
    const database = openDatabase(':memory:', testMigrations)
    const add = (x: string) => database.run('INSERT INTO other VALUES (?)', x)
    database.transaction(() => {
      add('a')
      expect(() =>
        database.transaction(() => {
          add('b')
          throw new Error('inner')
        }),
      ).toThrow('inner')
      database.transaction(() => add('c'))
    })
    expect(() =>
      database.transaction(() => {
        add('d')
        throw new Error('outer')
      }),
    ).toThrow('outer')
    expect(database.all('SELECT x FROM other')).toEqual([{ x: 'a' }, { x: 'c' }])
    expect(() => database.transaction(async () => add('e'))).toThrow(/must not be async/)
    expect(database.all('SELECT x FROM other')).toHaveLength(2)
    database.close()
  })

  it('says that the disk is full, keeps what was there, and works on when there is space', () => {
    const database = openDatabase(path, testMigrations)
    database.run('INSERT INTO other VALUES (?)', 'before')
    const { page_count: pages } = database.get<{ page_count: number }>('PRAGMA page_count') as { page_count: number }
    database.exec(`PRAGMA max_page_count = ${pages + 1}`)
    expect(() =>
      database.transaction(() => {
        for (let i = 0; i < 100; i++) database.run('INSERT INTO other VALUES (?)', 'x'.repeat(10_000))
      }),
    ).toThrow(expect.objectContaining({ code: 'disk_full', message: expect.stringMatching(/no space left/) }))
    database.exec('PRAGMA max_page_count = 1000000')
    database.transaction(() => database.run('INSERT INTO other VALUES (?)', 'after'))
    expect(database.all('SELECT x FROM other')).toEqual([{ x: 'before' }, { x: 'after' }])
    database.close()
  })
})
