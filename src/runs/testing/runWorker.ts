/**
 * Run as a process by tests: `node runWorker.ts DATABASE start INPUT` or `… resume ID`. Prints the run's id
 * once it has it (or the error's code) and ends with the run.
 */
import { openDatabase, SanjhaError } from '../../core/index.ts'
import { createRuns } from '../createRuns.ts'
import { runsMigrations } from '../migrations.ts'
import { countingKind } from './countingKind.ts'

const [path, verb, argument] = process.argv.slice(2) as [string, string, string]
const database = openDatabase(path, runsMigrations)
const runs = createRuns({ database, kinds: [countingKind], leaseMs: 1_000, pollMs: 20 })
try {
  const record = verb === 'start' ? runs.start('count', JSON.parse(argument)) : runs.resume(argument)
  console.log(record.id)
  const end = await runs.wait(record.id)
  console.log(end.state)
} catch (error) {
  console.log(SanjhaError.from(error).code)
}
await runs.close()
database.close()
