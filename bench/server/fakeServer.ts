/**
 * `node fakeServer.ts HOME PORT [LAB]`: our server with a fake engine in a real child process, for measuring what everything around
 * an engine costs. On the message `memory` it collects garbage and says what it holds.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSanjha } from '../../src/app/index.ts'
import { loadConfig, resolvePaths, silentLogger } from '../../src/core/index.ts'
import { fakeEngineModule } from '../../src/engine/testing/fakeEngineModule.ts'
import { makeGguf, tinyMetadata, tinyTensors } from '../../src/models/testing/makeGguf.ts'
import { createServer } from '../../src/server/index.ts'
import { ownEnvironment } from '../support/checkout.ts'

const [home = '', port = '0', labFolder] = process.argv.slice(2)
const env = ownEnvironment(home)
const paths = resolvePaths(env)
const settings = await loadConfig({
  env,
  paths,
  flags: [
    { flag: '--port', key: 'server.port', value: Number(port) },
    { flag: '--keep-alive', key: 'engine.keepAlive', value: '1h' },
  ],
})
const sanjha = createSanjha({
  settings,
  paths,
  env,
  log: silentLogger,
  llama: { module: fakeEngineModule, exportName: 'createFakeEngine' },
})
const file = join(home, 'fake.gguf')
await mkdir(home, { recursive: true })
await writeFile(file, makeGguf({ metadata: tinyMetadata, tensors: tinyTensors }))
const { name } = await sanjha.models.pull(`file://${file}`)
await sanjha.models.copy(name, 'fake')
const server = createServer(sanjha, { ...(labFolder !== undefined && { labFolder }) })
await server.listen()
const lease = await sanjha.engines.acquire('fake', {}, new AbortController().signal)
lease.release()
server.ready('fake')

process.on('message', (message) => {
  if (message !== 'memory') return
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, rss } = process.memoryUsage()
  process.send?.({ heapUsed, rss })
})

const end = async (): Promise<void> => {
  await server.close(0)
  await sanjha.close()
  process.exit()
}
process.once('SIGTERM', () => void end())
// Whoever measures is gone: so is the reason to run.
process.once('disconnect', () => void end())
