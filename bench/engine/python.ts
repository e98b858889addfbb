import type { Benchmark, BenchmarkResult } from '../contract.ts'
import { type Arm, interleave } from '../method/interleave.ts'
import { hasLlamaCppPython, llamaCppPython } from '../peers/llamaCppPython.ts'
import { greedy, ownGeneration, ownPrompt } from './arms.ts'
import { OwnEngine } from './OwnEngine.ts'

/** Against the usual way to use llama.cpp from a scripting language. */
export const python: Benchmark = {
  name: 'engine.python',
  summary: 'One stream, greedy, depth 512, against llama-cpp-python, which samples and decodes in Python.',
  run: async (context): Promise<BenchmarkResult> => {
    if (!(await hasLlamaCppPython(context))) {
      return { measurements: [], notes: [], skipped: 'SANJHA_BENCH_PYTHON names no Python that has llama-cpp-python.' }
    }
    const prompt = context.quick ? 64 : 512
    const tokens = context.quick ? 16 : 128
    await using own = await OwnEngine.open(context)
    const arms: Arm[] = [
      ownPrompt(context, own, { name: 'prompt', depth: 0, tokens: prompt }),
      ownGeneration(context, own, { name: 'generation', depth: prompt, tokens, sampling: greedy }),
      {
        name: 'peer',
        run: async () => {
          const row = await llamaCppPython(context, { prompt, generate: tokens })
          return { prompt: row.prompt, generation: row.generation }
        },
      },
    ]
    const values = await interleave(arms, { ...context, warmUps: 2 })
    return {
      measurements: ['prompt', 'generation'].map((metric) => ({
        label: metric === 'prompt' ? `prompt of ${prompt} tokens` : `generation at depth ${prompt}`,
        unit: 'tokens/s' as const,
        ours: values(metric, metric),
        peer: { name: 'llama-cpp-python', values: values('peer', metric) },
      })),
      notes: [],
    }
  },
}
