import { createServer, type Socket } from 'node:net'

export interface CuttingProxy {
  readonly host: string
  /** How many connections were cut. */
  readonly cuts: () => number
  close(): Promise<void>
}

/**
 * Passes bytes on to `target` (`HOST:PORT`) and breaks a connection off once `bytes` have gone through it in one
 * direction; at most `times` times.
 */
export async function startCuttingProxy(
  target: string,
  { direction, bytes, times }: { readonly direction: 'up' | 'down'; readonly bytes: number; readonly times: number },
): Promise<CuttingProxy> {
  const [hostname = '', port = ''] = target.split(':')
  const { connect } = await import('node:net')
  let cuts = 0
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    const both = [client, upstream]
    for (const socket of both) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        for (const other of both) other.destroy()
      })
    }
    let passed = 0
    const watch = (from: Socket, to: Socket, counted: boolean): void => {
      from.on('data', (chunk) => {
        if (counted && cuts < times) {
          passed += chunk.length
          if (passed > bytes) {
            cuts++
            // What went through before has to arrive, so that there is something to resume.
            to.end(chunk.subarray(0, Math.max(0, chunk.length - (passed - bytes))))
            from.destroy()
            return
          }
        }
        if (!to.write(chunk)) {
          from.pause()
          to.once('drain', () => from.resume())
        }
      })
      from.on('end', () => to.end())
    }
    watch(client, upstream, direction === 'up')
    watch(upstream, client, direction === 'down')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    host: `127.0.0.1:${address.port}`,
    cuts: () => cuts,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
