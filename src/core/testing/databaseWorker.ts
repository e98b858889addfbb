/** Run as a process by `database.test.ts`: `node databaseWorker.ts DATABASE COUNT`: migrates, then writes in transactions. */
import { openDatabase } from '../database.ts'
import { testMigrations } from './testMigrations.ts'

const [path, count] = process.argv.slice(2) as [string, string]
const database = openDatabase(path, testMigrations)
console.log('open')
for (let i = 0; i < Number(count); i++) {
  database.transaction(() => {
    const { n } = database.get<{ n: number }>('SELECT n FROM counter') as { n: number }
    database.run('UPDATE counter SET n = ?', n + 1)
    database.run('INSERT INTO entry (n, pid) VALUES (?, ?)', n + 1, process.pid)
  })
}
database.close()
