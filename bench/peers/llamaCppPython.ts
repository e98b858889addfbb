import { z } from 'zod'
import type { BenchContext } from '../contract.ts'
import { run } from '../support/run.ts'

/** Tokens per second. */
export interface LlamaCppPythonRow {
  readonly prompt: number
  readonly generation: number
  readonly version: string
}

const output: z.ZodType<LlamaCppPythonRow> = z.object({
  prompt: z.number(),
  generation: z.number(),
  version: z.string(),
})

/** Greedy, one token at a time, as `Llama.generate` does it. Random tokens, as llama-bench takes them. */
const script = `
import json, random, sys, time
import llama_cpp
path, prompt, generate, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
llama = llama_cpp.Llama(path, n_ctx=4096, n_threads=threads or None, n_threads_batch=threads or None, verbose=False)
tokens = [random.Random(1).randrange(100, 40000) for _ in range(prompt)]
llama.eval(tokens[:16]); llama.reset()
begin = time.perf_counter()
stream = llama.generate(tokens, temp=0.0)
next(stream)
first = time.perf_counter()
for _ in range(generate - 1): next(stream)
end = time.perf_counter()
print(json.dumps({"prompt": prompt / (first - begin), "generation": (generate - 1) / (end - first), "version": llama_cpp.__version__}))
`

/** Whether the Python that was named can import `llama_cpp`. */
export async function hasLlamaCppPython(context: BenchContext): Promise<boolean> {
  if (context.peers.python === undefined) return false
  return run(context.peers.python, ['-c', 'import llama_cpp']).then(
    () => true,
    () => false,
  )
}

/** Tokens per second of llama-cpp-python. */
export async function llamaCppPython(
  context: BenchContext,
  options: { readonly prompt: number; readonly generate: number },
): Promise<LlamaCppPythonRow> {
  const args = [await context.model(), options.prompt, options.generate, context.threads ?? 0].map(String)
  return output.parse(JSON.parse(await run(context.peers.python ?? 'python3', ['-c', script, ...args])))
}
