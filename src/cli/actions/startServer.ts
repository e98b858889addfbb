import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sanjha } from '../../app/index.ts'
import {
  type ConfigFlag,
  checkExposure,
  hashApiKey,
  type RegisteredInstance,
  registerInstance,
  SanjhaError,
} from '../../core/index.ts'
import type { CliContext } from '../CliContext.ts'
import { eventPrinter } from './watchEvents.ts'

export interface StartServerOptions {
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly models: readonly string[]
  /** Fetch and load the default model when none is named. */
  readonly useDefault: boolean
  readonly detach?: true | undefined
  readonly ctxSize?: number | undefined
  readonly threads?: number | undefined
  readonly backend?: string | undefined
  readonly keepAlive?: string | undefined
  readonly apiKeyFile?: string | undefined
}

export async function startServer(context: CliContext, options: StartServerOptions): Promise<void> {
  const { out, signal } = context
  const sanjha = await context.openApp(await serverFlags(options), 'server.log')
  if (options.detach) {
    await detach(context, sanjha, options)
    return
  }
  checkExposure(sanjha.config.server)
  // `sanjha up | head -1` waits until the server is ready; those whom it serves do not read its output.
  context.outliveOutput()
  const { createServer } = await import('../../server/index.ts')
  const server = createServer(sanjha, { program: out.program })
  const { url } = await server.listen().catch(async (error: unknown) => {
    throw (await takenByOurs(sanjha, error, signal)) ?? error
  })
  let registered: RegisteredInstance | undefined
  try {
    registered = await registerInstance(sanjha.paths, {
      kind: 'server',
      url,
      token: server.controlToken,
      logFile: join(sanjha.paths.logs, 'server.log'),
    })
    if (!signal.aborted) {
      const model = await prepareModels(context, sanjha, options)
      server.ready(model)
      sanjha.responses.prune()
      void sanjha.models.prune().catch((error: unknown) => {
        sanjha.log.warn({ reason: SanjhaError.from(error).message }, 'the model store could not be tidied up')
      })
      announce(context, url, model)
    }
    await untilAborted(signal)
    out.talk('Stopping; running answers may end. Ctrl-C again ends them.')
  } finally {
    await registered?.unregister().catch((error: unknown) => {
      // Others find out by themselves that the process has ended; the server must end in any case.
      sanjha.log.warn({ reason: SanjhaError.from(error).message }, 'the server’s entry could not be removed')
    })
    await server.close()
  }
  // A person who stops a server with Ctrl-C has got what they wanted.
  context.settle()
}

/** Says so when the port is taken by a server of this same home: then there is nothing to start. */
async function takenByOurs(sanjha: Sanjha, error: unknown, signal: AbortSignal): Promise<SanjhaError | undefined> {
  if (!SanjhaError.is(error) || error.code !== 'port_in_use') return undefined
  const { findServerAt } = await import('../../app/index.ts')
  const other = await findServerAt(sanjha.paths, sanjha.config.server.port, signal)
  if (other === undefined) return undefined
  return new SanjhaError('port_in_use', `Sanjha runs already at ${other.url} (process ${other.pid}).`, {
    hint: '`sanjha run MODEL` uses it, `sanjha stop --server` ends it, and --port N starts another one beside it.',
  })
}

/** Fetches and loads; the name of the default model, or undefined when the server starts without one. */
async function prepareModels(
  context: CliContext,
  sanjha: Sanjha,
  options: StartServerOptions,
): Promise<string | undefined> {
  const { out, signal } = context
  const ensure = { signal, onEvent: eventPrinter(out), say: (line: string) => out.talk(line) }
  const names: string[] = []
  for (const name of options.models) names.push(await sanjha.ensureModel(name, ensure))
  if (names.length === 0 && options.useDefault) names.push(await sanjha.ensureDefaultModel(ensure))
  for (const name of names) {
    out.progress(`Loading ${name}`)
    const lease = await sanjha.engines.acquire(name, {}, signal)
    lease.release()
    out.clearProgress()
  }
  return names[0]
}

function announce(context: CliContext, url: string, model: string | undefined): void {
  const { out } = context
  if (out.json) out.record({ url, model: model ?? null, pid: process.pid })
  else out.line(`Sanjha is ready: ${url}`)
  out.hint(`Open it in a browser: ${url}/`)
  if (model !== undefined) out.hint(`Chat in another terminal: sanjha run ${model}`)
  else out.hint('No model is loaded; a request loads the one it names. `sanjha pull smollm2` fetches a small one.')
  out.hint(`From a program: OPENAI_BASE_URL=${url}/v1   ANTHROPIC_BASE_URL=${url}   OLLAMA_HOST=${url}`)
  out.hint(`API reference: ${url}/sanjha/v1/reference   Ctrl-C stops.`)
}

async function serverFlags(options: StartServerOptions): Promise<ConfigFlag[]> {
  const flags: ConfigFlag[] = []
  const add = (flag: string, key: string, value: unknown): void => {
    if (value !== undefined) flags.push({ flag, key, value })
  }
  add('--host', 'server.host', options.host)
  add('--port', 'server.port', options.port)
  add('--model', 'models.default', options.models[0])
  add('--ctx-size', 'engine.contextLength', options.ctxSize)
  add('--threads', 'engine.threads', options.threads)
  add('--backend', 'engine.backend', options.backend)
  add('--keep-alive', 'engine.keepAlive', options.keepAlive)
  if (options.apiKeyFile !== undefined) {
    const text = await readFile(options.apiKeyFile, 'utf8').catch((cause: unknown) => {
      throw new SanjhaError('invalid_request', `The file of --api-key-file cannot be read: ${options.apiKeyFile}.`, {
        cause,
        param: 'argv',
      })
    })
    const key = text.split('\n')[0]?.trim() ?? ''
    if (key.length < 16) {
      throw new SanjhaError('invalid_request', 'The API key has fewer than 16 characters.', {
        param: 'argv',
        hint: 'Make one with `openssl rand -hex 24 > FILE`.',
      })
    }
    add('--api-key-file', 'server.apiKeys', [hashApiKey(key)])
  }
  return flags
}

/** Starts the same server in the background, and waits until it answers. */
async function detach(context: CliContext, sanjha: Sanjha, options: StartServerOptions): Promise<void> {
  const { out, signal } = context
  await mkdir(sanjha.paths.logs, { recursive: true })
  const logFile = join(sanjha.paths.logs, 'server.out')
  const log = openSync(logFile, 'w')
  const entry = process.argv[1] as string
  const child = spawn(process.execPath, [...process.execArgv, entry, ...foregroundArguments(options)], {
    detached: true,
    stdio: ['ignore', log, log],
  })
  let ended: number | null | undefined
  child.once('exit', (code) => {
    ended = code
  })
  while (!signal.aborted) {
    const text = await readFile(logFile, 'utf8')
    const url = /^Sanjha is ready: (\S+)$/m.exec(text)?.[1]
    if (url !== undefined) {
      child.unref()
      if (out.json) out.document({ url, pid: child.pid })
      else out.line(`Sanjha is ready: ${url}`)
      out.hint('`sanjha ps` shows it, `sanjha stop --server` ends it.')
      return
    }
    if (ended !== undefined) {
      throw new SanjhaError('engine_unavailable', 'The server ended before it was ready.', {
        cause: text.trim().split('\n').at(-1),
        hint: `All it wrote is in ${logFile}.`,
      })
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  child.kill()
}

/**
 * The command line of the server in the background. Written anew rather than taken from ours, where `-d` may hide in `-qd`
 * and `--json` would change what it says when it is ready.
 */
function foregroundArguments(options: StartServerOptions): string[] {
  const { host, port, ctxSize, threads, backend, keepAlive, apiKeyFile, models } = options
  const flags = {
    '--host': host,
    '--port': port,
    '--ctx-size': ctxSize,
    '--threads': threads,
    '--backend': backend,
    '--keep-alive': keepAlive,
    '--api-key-file': apiKeyFile,
  }
  const given = Object.entries(flags).filter(([, value]) => value !== undefined)
  return ['serve', ...given.map(([flag, value]) => `${flag}=${value}`), '--', ...models]
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
