import { CommanderError } from '@commander-js/extra-typings'
import type { OpenedModels } from '../app/openModels.ts'
import { SanjhaError } from '../core/errors.ts'
import type { CliContext, CliIo, GlobalFlags } from './CliContext.ts'
import { exitCodes } from './exitCodes.ts'
import { handleLostOutput } from './lostOutput.ts'
import { createProgram } from './program.ts'
import { renderError } from './renderError.ts'
import { Output } from './terminal/Output.ts'

/**
 * Runs the command line and resolves with the exit status (see `exitCodes`). Nothing is loaded before a command needs it:
 * `sanjha --help` must be there at once.
 */
export async function main(argv: readonly string[], io: CliIo): Promise<number> {
  const interruption = new Interruption()
  const lostOutput = handleLostOutput(io)
  const debug = Boolean(io.env.SANJHA_DEBUG)
  let status: number = exitCodes.ok
  const program = createProgram(async (flags, action) => {
    const context = createContext(io, flags, { interruption, lostOutput })
    try {
      await action(context)
      if (interruption.signal.aborted && !context.settled()) status = interrupted(context)
      else if (context.failed()) status = exitCodes.failed
    } catch (error) {
      if (interruption.signal.aborted) {
        status = interrupted(context)
        return
      }
      renderError(error, context.out, debug)
      const known = SanjhaError.from(error)
      status = known.param === 'argv' ? exitCodes.usage : exitCodes.failed
    } finally {
      await context.close()
    }
  })
  interruption.listen()
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Commander has printed the help, the version or what is wrong already.
    status = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    if (status === exitCodes.usage && wantsJson(argv)) io.stdout.write(usageDocument(error.message))
  } finally {
    interruption.stop()
  }
  return status
}

/** A word, so that nobody takes what stands there for all there is. */
function interrupted({ out }: CliContext): number {
  out.talk('Interrupted.')
  return exitCodes.interrupted
}

/** Before the flags could be read; what stands behind `--` is no flag. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json')
}

/** Wrong usage as the document that every other error is. */
function usageDocument(message: string): string {
  const [, text = ''] = /^(?:error: )?([\s\S]*)$/.exec(message) ?? []
  const [what = '', ...more] = text.trim().split('\n')
  const hint = more.join(' ').replace(/^\((.*)\)$/, '$1')
  const error = new SanjhaError('invalid_request', what, { param: 'argv', ...(hint !== '' && { hint }) })
  return `${JSON.stringify({ error: error.toJSON() }, null, 2)}\n`
}

/** Within so many milliseconds, the same signal twice is one. bin/bootstrap already drops most of these. */
const sameSignalMs = 100

/** SIGINT and SIGTERM as one abort signal; a second one ends the process at once. */
class Interruption {
  readonly #controller = new AbortController()
  #handler: (() => void) | undefined
  #since = 0

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  readonly #onSignal = (name: NodeJS.Signals): void => {
    if (this.#handler !== undefined && name === 'SIGINT') {
      this.#handler()
      return
    }
    if (this.#controller.signal.aborted) {
      // One Ctrl-C may arrive twice at once, from the terminal and from whoever started us; nobody types so fast.
      if (performance.now() - this.#since > sameSignalMs) process.exit(exitCodes.interrupted)
      return
    }
    this.#since = performance.now()
    this.#controller.abort(new SanjhaError('cancelled', 'Interrupted.'))
  }

  listen(): void {
    process.on('SIGINT', this.#onSignal)
    process.on('SIGTERM', this.#onSignal)
  }

  stop(): void {
    process.off('SIGINT', this.#onSignal)
    process.off('SIGTERM', this.#onSignal)
  }

  onInterrupt(handler: () => void): () => void {
    this.#handler = handler
    return () => {
      if (this.#handler === handler) this.#handler = undefined
    }
  }
}

function createContext(
  io: CliIo,
  flags: GlobalFlags,
  {
    interruption,
    lostOutput,
  }: { readonly interruption: Interruption; readonly lostOutput: ReturnType<typeof handleLostOutput> },
): CliContext & { close(): Promise<void>; settled(): boolean; failed(): boolean } {
  const out = new Output({
    stdout: io.stdout,
    stderr: io.stderr,
    env: io.env,
    quiet: flags.quiet === true,
    json: flags.json === true,
    program: () => io.program ?? 'sanjha',
  })
  const opened: OpenedModels[] = []
  const keep = <T extends OpenedModels>(app: T): T => {
    // Once, however often a command opens it.
    if (opened.length === 0) for (const warning of app.settings.warnings) out.warn(warning)
    opened.push(app)
    return app
  }
  let settled = false
  let failed = false
  return {
    io,
    out,
    signal: interruption.signal,
    onInterrupt: (handler) => interruption.onInterrupt(handler),
    outliveOutput: () => lostOutput.outlive(),
    settle: () => {
      settled = true
    },
    settled: () => settled,
    fail: () => {
      failed = true
    },
    failed: () => failed,
    openApp: async (flags = [], logFile) => {
      const { openSanjha } = await import('../app/index.ts')
      return keep(await openSanjha({ env: io.env, cwd: io.cwd, flags, ...(logFile !== undefined && { logFile }) }))
    },
    openModels: async () => {
      const { openModels } = await import('../app/openModels.ts')
      return keep(await openModels({ env: io.env, cwd: io.cwd }))
    },
    close: async () => {
      for (const app of opened) await app.close()
    },
  }
}
