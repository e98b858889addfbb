import type { BenchContext } from '../contract.ts'
import { freePort, Service } from '../support/Service.ts'
import { missing } from './llamaBench.ts'

/** Starts llama-server with so many slots of 2,048 tokens each; the rest as it comes. */
export async function startLlamaServer(context: BenchContext, slots: number): Promise<Service> {
  const { llamaServer: command } = context.peers
  if (command === undefined) throw new Error(missing)
  const port = await freePort()
  return Service.start({
    command,
    args: [
      ['-m', await context.model()],
      ['--host', '127.0.0.1', '--port', String(port)],
      ['-np', String(slots), '-c', String(slots * 2048)],
      context.threads === undefined ? [] : ['-t', String(context.threads)],
    ].flat(),
    port,
  })
}
