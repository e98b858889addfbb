import { createServer } from 'node:net'
import { isNodeError } from '../../core/index.ts'
import { listServers } from '../servers.ts'
import type { Check } from './contract.ts'

export const checkPort: Check = {
  id: 'port',
  title: 'Port',
  network: false,
  run: async ({ config, paths }, signal) => {
    const { host, port } = config.server
    const own = (await listServers(paths, signal)).find((server) => new URL(server.url).port === String(port))
    if (own !== undefined) return { outcome: 'ok', message: `Our server (pid ${own.pid}) answers at ${own.url}.` }
    const code = await tryToListen(host, port)
    if (code === undefined) return { outcome: 'ok', message: `${host}:${port} is free.` }
    return {
      outcome: 'warning',
      message: `${host}:${port} cannot be used (${code}).`,
      remedy:
        code === 'EADDRINUSE'
          ? 'Another program has it: `sanjha up --port 0` takes a free one.'
          : 'Choose another host or port: `sanjha up --port 0`.',
    }
  },
}

function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve(isNodeError(error) ? error.code : error.message))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}
