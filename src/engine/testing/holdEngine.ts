/**
 * A program that holds a fake engine, for tests of what happens to the engine when its parent dies. Writes the engine's
 * process id to stdout, sends the prompt of the second argument, and waits for ever.
 */
import { openEngineLog } from '../llama/process/engineLog.ts'
import { superviseEngine } from '../llama/process/superviseEngine.ts'
import { fakeEngineModule } from './fakeEngineModule.ts'
import { collect, never, userChat } from './requests.ts'

const [, , logFile = '', prompt = ''] = process.argv
const supervised = await superviseEngine(
  {
    name: 'held',
    module: fakeEngineModule,
    exportName: 'createFakeEngine',
    options: {},
    engineLog: openEngineLog(logFile),
  },
  never,
)
process.stdout.write(`${supervised.pid}\n`)
if (prompt !== '') await collect(supervised.engine, { input: userChat(prompt) })
setInterval(() => undefined, 60_000)
