import type { BenchContext, Benchmark, BenchmarkResult, Measurement } from '../contract.ts'
import { BusyMachine } from '../method/busy.ts'
import { type Arm, interleave, roundsNote } from '../method/interleave.ts'
import { plainText } from '../method/text.ts'
import { missing } from '../peers/llamaBench.ts'
import { startLlamaServer } from '../peers/llamaServer.ts'
import { ownEnvironment } from '../support/checkout.ts'
import { installPackage } from '../support/installPackage.ts'
import { Client } from '../support/post.ts'
import { freePort, Service } from '../support/Service.ts'
import { MemoryReader } from './MemoryReader.ts'
import { bytesPerToken, limits, memoryArm } from './memoryLimit.ts'
import { makeHome, modelName } from './OwnEngine.ts'

const slots = 8

/** So many streams, each of so many tokens: a turn shall take no more than two seconds, but for the last kind. */
interface Load {
  readonly count: number
  readonly tokens: number
}

const quietLoads: readonly Load[] = [
  { count: 1, tokens: 128 },
  { count: 4, tokens: 64 },
  { count: 8, tokens: 40 },
  { count: 64, tokens: 16 },
]
const busyLoads: readonly Load[] = [
  { count: 1, tokens: 32 },
  { count: 4, tokens: 16 },
  { count: 8, tokens: 12 },
  { count: 64, tokens: 4 },
]
const quickLoads: readonly Load[] = [
  { count: 1, tokens: 8 },
  { count: 2, tokens: 8 },
  { count: 12, tokens: 4 },
]

/** For each load. On a busy machine llama-server may collapse. */
const budgetMs = { quiet: 90_000, busy: 50_000 }

/** Several conversations at once, over HTTP, against llama-server. */
function streamsBenchmark(name: string, beside: string, isBusy: boolean): Benchmark {
  return {
    name,
    summary: `Streamed completions at once over HTTP, ${beside}, in turns of a second or two: tokens of all of them together per second, prompts included. Both servers get the same requests from the same client and work on ${slots} at once; with more streams the rest waits.`,
    run: async (context): Promise<BenchmarkResult> => {
      if (context.peers.llamaServer === undefined) return { measurements: [], notes: [], skipped: missing }
      const bytes = await bytesPerToken(await context.model())
      await using ours = await startOwnServer(context)
      await using theirs = await startLlamaServer(context, { slots })
      await using reader = await MemoryReader.start(context)
      await using others = isBusy ? new BusyMachine() : new BusyMachine(0)
      const measurements: Measurement[] = []
      const notes: string[] = []
      for (const { count, tokens } of context.quick ? quickLoads : isBusy ? busyLoads : quietLoads) {
        const label = `${count} ${count === 1 ? 'stream' : 'streams'} of ${tokens} tokens`
        context.say(label)
        const arms: Arm<string>[] = [
          { name: 'ours', run: (round) => allAtOnce(ours.url, count, tokens, round) },
          { name: 'theirs', run: (round) => allAtOnce(theirs.url, count, tokens, round) },
        ]
        // Of several streams at once one reading of the weights serves all: the limit is one of a single stream.
        const hasLimit = count === 1 && !isBusy
        const rounds = count > slots ? Math.ceil(context.rounds / 3) : context.rounds
        const values = await interleave<string>(hasLimit ? [...arms, memoryArm(reader)] : arms, {
          ...context,
          rounds,
          warmUps: 2,
          budgetMs: isBusy ? budgetMs.busy : budgetMs.quiet,
        })
        measurements.push({
          label,
          unit: 'tokens/s',
          ours: values('ours', 'total'),
          peer: { name: 'llama-server', values: values('theirs', 'total') },
          ...(hasLimit && { limit: limits(values('memory', 'read'), bytes, tokens / 2) }),
          ...(!isBusy && count <= slots && { target: { of: 'ratio', atLeast: 0.95 } as const }),
        })
        notes.push(...roundsNote(values('ours', 'total').length, rounds).map((note) => `${label}: ${note}`))
      }
      return { measurements, notes: [...(isBusy ? [`${others.pids.length} busy processes beside.`] : []), ...notes] }
    },
  }
}

export const streams: Benchmark = streamsBenchmark('engine.streams', 'on a quiet machine', false)
export const busyStreams: Benchmark = streamsBenchmark('engine.busy-streams', 'beside one busy process per core', true)

async function startOwnServer(context: BenchContext): Promise<Service> {
  const { program } = await installPackage(context.scratch)
  const port = await freePort()
  return Service.start({
    command: process.execPath,
    args: [
      ...[program, 'serve', modelName, '--port', String(port)],
      ...(context.threads === undefined ? [] : ['--threads', String(context.threads)]),
    ],
    env: ownEnvironment(await makeHome(context)),
    port,
  })
}

async function allAtOnce(
  url: string,
  count: number,
  tokens: number,
  round: number,
): Promise<{ readonly total: number }> {
  using client = new Client(url)
  const started = performance.now()
  const answers = await Promise.all(
    Array.from({ length: count }, (_, stream) =>
      client.postOk('/v1/completions', {
        model: modelName,
        // Another text each time, so that no cache helps either side.
        prompt: plainText(10_000 + round * 1000 + stream * 7 + count, Math.max(3, Math.round(tokens / 5))),
        max_tokens: tokens,
        temperature: 0,
        ignore_eos: true,
        stream: true,
        stream_options: { include_usage: true },
      }),
    ),
  )
  const seconds = (performance.now() - started) / 1000
  const total = answers.reduce((sum, answer) => sum + completionTokens(answer.text), 0)
  return { total: total / seconds }
}

function completionTokens(events: string): number {
  const counts = [...events.matchAll(/"completion_tokens":\s*(\d+)/g)].map(([, count]) => Number(count))
  const last = counts.at(-1)
  if (last === undefined) throw new Error(`The stream did not say how many tokens it had: ${events.slice(-300)}`)
  return last
}
