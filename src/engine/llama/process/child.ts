/**
 * The engine's process: started by `startEngineChild`, loads the engine that the first message names, and serves it until
 * it is told to end or the server is gone. Everything it writes to stdout and stderr goes to the engine's log file.
 */
import { SanjhaError } from '../../../core/index.ts'
import type { ChildEngineFactory } from './ChildEngineFactory.ts'
import { createIpcChannel } from './channel.ts'
import { dieWithParent } from './dieWithParent.ts'
import type { FromEngine, ToEngine } from './messages.ts'
import { serveEngine } from './serveEngine.ts'

const channel = createIpcChannel<ToEngine, FromEngine>(process, {
  // Fifty times a second is more than an eye sees; everything but the pieces of an answer goes at once.
  everyMs: 20,
  isUrgent: (message) => message.type !== 'part',
})

// Nothing in here is worth saving, and an orderly exit could wait for native work that does not end.
channel.onClose(() => process.kill(process.pid, 'SIGKILL'))

// Ctrl-C in a terminal reaches the whole group. The server decides when its streams are done, so this process must not.
process.on('SIGINT', () => undefined)
process.on('SIGHUP', () => undefined)
process.on('SIGTERM', () => process.exit(143))

// Should native code block this thread for ever, then `onClose` above never runs.
dieWithParent(Number(process.argv[2]))

let loading = false
channel.listen((message) => {
  if (message.type === 'close') process.exit(0)
  if (message.type === 'load' && !loading) {
    loading = true
    void load(message)
  }
})

async function load(message: Extract<ToEngine, { type: 'load' }>): Promise<void> {
  try {
    const module = (await import(message.module)) as Record<string, ChildEngineFactory | undefined>
    const factory = module[message.exportName]
    if (!factory) throw new SanjhaError('internal', `The engine module has no export ${message.exportName}.`)
    const engine = await factory(message.options, {
      onProgress: (fraction) => channel.send({ type: 'progress', fraction }),
    })
    serveEngine(engine, channel, { onClosed: () => process.exit(0) })
  } catch (error) {
    console.error(error)
    channel.send({ type: 'refused', error: SanjhaError.from(error).toJSON() })
  }
}
