import type { BenchContext, Benchmark, BenchmarkResult, Measurement } from '../contract.ts'
import { BusyMachine } from '../method/busy.ts'
import { type Arm, interleave } from '../method/interleave.ts'
import { plainText } from '../method/text.ts'
import { missing } from '../peers/llamaBench.ts'
import { startLlamaServer } from '../peers/llamaServer.ts'
import { ownEnvironment } from '../support/checkout.ts'
import { installPackage } from '../support/installPackage.ts'
import { Client } from '../support/post.ts'
import { freePort, Service } from '../support/Service.ts'
import { makeHome, modelName } from './OwnEngine.ts'

const most = 8

/** Several conversations at once, over HTTP, against llama-server. */
function streamsBenchmark(name: string, beside: string, isBusy: boolean): Benchmark {
  return {
    name,
    summary: `Streamed completions at once over HTTP, ${beside}: tokens of all of them together per second, prompts included. Both servers get the same requests from the same client, llama-server with ${most} slots.`,
    run: async (context): Promise<BenchmarkResult> => {
      if (context.peers.llamaServer === undefined) return { measurements: [], notes: [], skipped: missing }
      const tokens = context.quick ? 8 : isBusy ? 32 : 128
      const counts = context.quick ? [1, 2] : [1, 4, most]
      await using ours = await startOwnServer(context)
      await using theirs = await startLlamaServer(context, most)
      await using others = isBusy ? new BusyMachine() : new BusyMachine(0)
      const measurements: Measurement[] = []
      for (const count of counts) {
        context.say(`${count} streams`)
        const arms: Arm<'total'>[] = [
          { name: 'ours', run: (round) => allAtOnce(ours.url, count, tokens, round) },
          { name: 'theirs', run: (round) => allAtOnce(theirs.url, count, tokens, round) },
        ]
        const values = await interleave(arms, context)
        measurements.push({
          label: `${count} ${count === 1 ? 'stream' : 'streams'} of ${tokens} tokens`,
          unit: 'tokens/s',
          ours: values('ours', 'total'),
          peer: { name: 'llama-server', values: values('theirs', 'total') },
          ...(!isBusy && { target: { of: 'ratio', atLeast: 0.95 } as const }),
        })
      }
      return { measurements, notes: isBusy ? [`${others.pids.length} busy processes beside.`] : [] }
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
        prompt: plainText(10_000 + round * 100 + stream * 7 + count, 24),
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
