import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { z } from 'zod'
import type { BenchContext } from '../contract.ts'
import { run } from '../support/run.ts'

const answer = z.object({ tokens: z.number(), seconds: z.number() })

/**
 * One request per line: `eval` begins anew and evaluates so many tokens (random ones, as llama-bench takes them), `generate` goes on
 * after so many, greedily, one at a time, as `Llama.generate` does it.
 */
const script = `
import json, random, sys, time
import llama_cpp
path, threads = sys.argv[1], int(sys.argv[2])
llama = llama_cpp.Llama(path, n_ctx=2048, n_threads=threads or None, n_threads_batch=threads or None, verbose=False)
print(json.dumps({"version": llama_cpp.__version__}), flush=True)
for line in sys.stdin:
    depth, prompt, generate, seed = (int(word) for word in line.split())
    choose = random.Random(seed)
    draw = lambda count: [choose.randrange(100, 40000) for _ in range(count)]
    llama.reset()
    if depth: llama.eval(draw(depth))
    tokens = draw(max(1, prompt))
    begin = time.perf_counter()
    stream = llama.generate(tokens, temp=0.0, reset=False)
    next(stream)
    if generate:
        begin = time.perf_counter()
        for _ in range(generate): next(stream)
    end = time.perf_counter()
    print(json.dumps({"tokens": generate or prompt, "seconds": end - begin}), flush=True)
`

export interface LlamaCppPythonTurn {
  /** Tokens of history. */
  readonly depth?: number
  /** Tokens to evaluate, when they are what is measured. */
  readonly prompt?: number
  /** Tokens to generate, when they are what is measured. */
  readonly generate?: number
  readonly seed: number
}

/** llama-cpp-python with the model loaded; it waits between turns. */
export class LlamaCppPython implements AsyncDisposable {
  readonly version: string
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #lines: AsyncIterator<string>

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, Readable>,
    lines: AsyncIterator<string>,
    version: string,
  ) {
    this.#child = child
    this.#lines = lines
    this.version = version
  }

  static async start(context: BenchContext): Promise<LlamaCppPython> {
    const { python } = context.peers
    if (python === undefined) throw new Error(missingPython)
    const args = ['-c', script, await context.model(), String(context.threads ?? 0)]
    const child = spawn(python.command, args, {
      env: { ...process.env, ...python.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', (text: Buffer) => {
      said = (said + text.toString()).slice(-2000)
    })
    child.once('error', (error) => {
      said += error.message
    })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const { value } = await lines.next()
    if (value === undefined) throw new Error(`llama-cpp-python did not start:\n${said}`)
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(value))
    return new LlamaCppPython(child, lines, version)
  }

  /** Tokens per second of what was asked for, prompt or generation. */
  async turn({ depth = 0, prompt = 0, generate = 0, seed }: LlamaCppPythonTurn): Promise<number> {
    this.#child.stdin.write(`${depth} ${prompt} ${generate} ${seed}\n`)
    const { value } = await this.#lines.next()
    if (value === undefined) throw new Error('llama-cpp-python ended in the middle of its work.')
    const { tokens, seconds } = answer.parse(JSON.parse(value))
    return tokens / seconds
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }
}

/** Whether the Python that was found can import `llama_cpp`. */
export async function hasLlamaCppPython({ peers: { python } }: BenchContext): Promise<boolean> {
  if (python === undefined) return false
  return run(python.command, ['-c', 'import llama_cpp'], { env: { ...process.env, ...python.env } }).then(
    () => true,
    () => false,
  )
}

export const missingPython: string =
  'There is no Python with llama-cpp-python. `npm run bench -- --prepare` makes one; SANJHA_BENCH_PYTHON names another.'
