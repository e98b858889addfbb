import { statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Benchmark, BenchmarkResult } from '../contract.ts'
import { interleave } from '../method/interleave.ts'
import { median } from '../method/statistics.ts'
import { greedy, ownGeneration, peerArm } from './arms.ts'
import { OwnEngine } from './OwnEngine.ts'

/**
 * Copies or reads a block of memory that fits into no cache. Reading is a search for a byte that does not occur: Node does it
 * with the C library's vectorised `memchr`, which only loads.
 */
const worker = `
const { parentPort, workerData } = require('node:worker_threads')
const source = Buffer.alloc(workerData.bytes, 2)
const target = Buffer.alloc(workerData.bytes, 3)
parentPort.on('message', (what) => {
  if (what === 'read') { if (source.indexOf(1) !== -1) throw new Error('impossible') }
  else source.copy(target)
  parentPort.postMessage('done')
})
parentPort.postMessage('ready')
`

/** How fast this machine's memory is, and how much of it generating uses. */
export const limit: Benchmark = {
  name: 'engine.limit',
  summary:
    'Each token reads all weights once, so reading memory sets a limit to tokens per second of one stream: bytes read per second ÷ bytes of the model. One thread per core reads (or copies) blocks of memory that fit into no cache.',
  run: async (context): Promise<BenchmarkResult> => {
    const bytes = (context.quick ? 32 : 256) * 2 ** 20
    const tokens = context.quick ? 16 : 128
    const modelBytes = statSync(await context.model()).size
    const { read, copy } = await memorySpeed(bytes, context.threads ?? availableParallelism(), context)
    await using own = await OwnEngine.open(context)
    const values = await interleave<string>(
      [
        ownGeneration(context, own, { name: 'ours', depth: 0, tokens, sampling: greedy }),
        ...(context.peers.llamaBench === undefined ? [] : [peerArm(context, 'peer', { generate: tokens })]),
      ],
      { ...context, warmUps: 2 },
    )
    // Every token reads all weights once.
    const bound = median(read) / modelBytes
    const share = (speeds: readonly number[]): number[] => speeds.map((speed) => (100 * speed) / bound)
    const peer = values('peer', 'generation')
    return {
      measurements: [
        { label: 'memory read', unit: 'bytes/s', ours: read },
        { label: 'memory copied (each byte is read and written)', unit: 'bytes/s', ours: copy },
        {
          label: `generation, share of the ${bound.toFixed(0)} tokens/s that reading allows`,
          unit: '%',
          ours: share(values('ours', 'generation')),
          ...(peer.length > 0 && { peer: { name: 'llama-bench', values: share(peer) } }),
        },
      ],
      notes: [
        `The model has ${(modelBytes / 1e6).toFixed(1)} MB. For SmolLM2-135M Q4_1 on two cores of an AMD EPYC an estimate made with other tools was about 250 tokens/s.`,
        `Threads of Sanjha: ${own.threads}.`,
      ],
    }
  },
}

async function memorySpeed(
  bytes: number,
  threads: number,
  context: { readonly rounds: number; readonly signal: AbortSignal },
): Promise<{ read: number[]; copy: number[] }> {
  const workers = Array.from({ length: threads }, () => new Worker(worker, { eval: true, workerData: { bytes } }))
  const all = (what?: string): Promise<unknown> =>
    Promise.all(
      workers.map((each) => {
        const { promise, resolve, reject } = Promise.withResolvers<void>()
        each.once('message', () => resolve())
        each.once('error', reject)
        if (what !== undefined) each.postMessage(what)
        return promise.finally(() => each.removeAllListeners('error'))
      }),
    )
  try {
    await all()
    const arm = (name: string): { name: string; run: () => Promise<{ speed: number }> } => ({
      name,
      run: async () => {
        const started = performance.now()
        await all(name)
        return { speed: (1000 * bytes * threads) / (performance.now() - started) }
      },
    })
    const values = await interleave([arm('read'), arm('copy')], { ...context, warmUps: 2 })
    return { read: values('read', 'speed'), copy: values('copy', 'speed') }
  } finally {
    await Promise.all(workers.map((each) => each.terminate()))
  }
}
