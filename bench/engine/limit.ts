import type { Benchmark, BenchmarkResult } from '../contract.ts'
import { interleave } from '../method/interleave.ts'
import { llamaBenches } from '../peers/llamaBench.ts'
import { greedy, ownGeneration, peerArm } from './arms.ts'
import { MemoryReader } from './MemoryReader.ts'
import { bytesPerToken, limits, memoryArm } from './memoryLimit.ts'
import { OwnEngine } from './OwnEngine.ts'

/** How fast this machine's memory is, and how much of it generating uses. */
export const limit: Benchmark = {
  name: 'engine.limit',
  summary:
    'Each token reads all weights once, and the keys and values of everything before it, so reading memory sets a limit to tokens per second of one stream: bytes read per second ÷ bytes that a token must read. One thread per core reads (or copies) blocks of memory that fit into no cache, once in each round. Where a table of this page says how near a row is to the limit, it was measured like this, in the rounds of that row.',
  run: async (context): Promise<BenchmarkResult> => {
    const tokens = context.quick ? 16 : 128
    const peers = llamaBenches(context.peers)
    const bytes = await bytesPerToken(await context.model())
    await using own = await OwnEngine.open(context)
    await using reader = await MemoryReader.start(context)
    const values = await interleave<string>(
      [
        memoryArm(reader),
        { name: 'copy', run: async () => ({ copy: await reader.speed('copy') }) },
        ownGeneration(context, own, { name: 'ours', depth: 0, tokens, sampling: greedy }),
        ...peers.map(({ name, command }) => peerArm(context, name, { generate: tokens, command })),
      ],
      { ...context, warmUps: 2 },
    )
    const reads = values('memory', 'read')
    const generation = {
      label: `generation of ${tokens} tokens, greedy, depth 0`,
      unit: 'tokens/s',
      ours: values('ours', 'generation'),
      limit: limits(reads, bytes, tokens / 2),
    } as const
    return {
      measurements: [
        { label: 'memory read', unit: 'bytes/s', ours: reads },
        { label: 'memory copied (each byte is read and written)', unit: 'bytes/s', ours: values('copy', 'copy') },
        ...(peers.length === 0
          ? [generation]
          : peers.map(({ name }) => ({ ...generation, peer: { name, values: values(name, 'generation') } }))),
      ],
      notes: [
        `A token reads ${(bytes(0) / 1e6).toFixed(1)} MB of weights and ${((bytes(1000) - bytes(0)) / 1e6).toFixed(1)} MB more for each 1,000 tokens before it. For SmolLM2-135M Q4_1 on two cores of an AMD EPYC an estimate made with other tools was about 250 tokens/s.`,
        `Threads of Sanjha: ${own.threads}.`,
      ],
    }
  },
}
