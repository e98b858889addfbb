/**
 * A whole server in a process of its own whose engine is a fake one, in a real child process of it:
 * `node --expose-gc fakeServer.ts HOME MODEL_FILE`. Prints its URL; for each line on stdin it collects garbage and prints
 * `{"rss": …, "heap": …}` in bytes.
 */
import { createInterface } from 'node:readline'
import { createSanjha } from '../../src/app/index.ts'
import { createLogger, loadConfig, resolvePaths } from '../../src/core/index.ts'
import { fakeEngineModule } from '../../src/engine/testing/fakeEngineModule.ts'
import { createServer } from '../../src/server/index.ts'

const [home = '', file = ''] = process.argv.slice(2)
const env = { ...process.env, SANJHA_HOME: home }
const paths = resolvePaths(env)
const settings = await loadConfig({ env, paths, flags: [{ flag: '--port', key: 'server.port', value: 0 }] })
const sanjha = createSanjha({
  settings,
  paths,
  env,
  log: await createLogger({ level: 'info', file: `${paths.logs}/server.log` }),
  llama: { module: fakeEngineModule, exportName: 'createFakeEngine' },
})
await sanjha.models.copy((await sanjha.models.pull(`file://${file}`)).name, 'fake')
const server = createServer(sanjha)
process.stdout.write(`${(await server.listen()).url}\n`)
server.ready('fake')
for await (const _ of createInterface(process.stdin)) {
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const { rss, heapUsed } = process.memoryUsage()
  process.stdout.write(`${JSON.stringify({ rss, heap: heapUsed })}\n`)
}
await server.close(1000)
await sanjha.close()
