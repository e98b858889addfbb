import type { Benchmark, BenchmarkResult } from '../contract.ts'
import { interleave } from '../method/interleave.ts'
import { hasLlamaCppPython, LlamaCppPython, missingPython } from '../peers/LlamaCppPython.ts'
import { greedy, ownGeneration, ownPrompt } from './arms.ts'
import { MemoryReader } from './MemoryReader.ts'
import { bytesPerToken, limits, memoryArm } from './memoryLimit.ts'
import { OwnEngine } from './OwnEngine.ts'

/** Against the usual way to use llama.cpp from a scripting language. */
export const python: Benchmark = {
  name: 'engine.python',
  summary:
    'One stream, greedy, against llama-cpp-python, which samples in Python; both keep the model loaded between turns of a second or two.',
  run: async (context): Promise<BenchmarkResult> => {
    if (!(await hasLlamaCppPython(context))) return { measurements: [], notes: [], skipped: missingPython }
    const prompt = context.quick ? 64 : 512
    const tokens = context.quick ? 16 : 128
    const bytes = await bytesPerToken(await context.model())
    await using own = await OwnEngine.open(context)
    await using theirs = await LlamaCppPython.start(context)
    await using reader = await MemoryReader.start(context)
    const values = await interleave<string>(
      [
        ownPrompt(context, own, { name: 'prompt', depth: 0, tokens: prompt }),
        { name: 'their prompt', run: async (seed) => ({ prompt: await theirs.turn({ prompt, seed }) }) },
        ownGeneration(context, own, { name: 'generation', depth: prompt, tokens, sampling: greedy }),
        {
          name: 'their generation',
          run: async (seed) => ({ generation: await theirs.turn({ depth: prompt, generate: tokens, seed }) }),
        },
        memoryArm(reader),
      ],
      { ...context, warmUps: 2 },
    )
    return {
      measurements: (['prompt', 'generation'] as const).map((metric) => ({
        label: metric === 'prompt' ? `prompt of ${prompt} tokens, depth 0` : `generation, depth ${prompt}`,
        unit: 'tokens/s' as const,
        ours: values(metric, metric),
        peer: { name: 'llama-cpp-python', values: values(`their ${metric}`, metric) },
        ...(metric === 'generation' && { limit: limits(values('memory', 'read'), bytes, prompt + tokens / 2) }),
      })),
      notes: [`llama-cpp-python ${theirs.version}.`, `Threads of Sanjha: ${own.threads}.`],
    }
  },
}
