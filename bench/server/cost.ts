import type { Benchmark, BenchmarkResult } from '../contract.ts'
import { type Arm, interleave } from '../method/interleave.ts'
import { median } from '../method/statistics.ts'
import { Client } from '../support/post.ts'
import { smallChat, startBareServer, startFakeServer } from './startServers.ts'

/** What one request costs besides the engine's work. */
export const cost: Benchmark = {
  name: 'server.cost',
  summary:
    'One request after another over a kept connection; the median of each round. Ours goes through everything: HTTP, checks, validation, the pipeline, the pool, the way to the engine’s process and back; the engine there only pretends. The peer is a bare node:http server that parses the JSON and answers with as much.',
  run: async (context): Promise<BenchmarkResult> => {
    const requests = context.quick ? 50 : 1000
    await using ours = await startFakeServer(context)
    await using bare = await startBareServer()
    using ourClient = new Client(ours.url)
    using bareClient = new Client(bare.url)
    const arm = (name: string, client: Client, body: object): Arm<'ms'> => ({
      name,
      run: async () => {
        const times: number[] = []
        for (let i = 0; i < requests; i++) times.push((await client.postOk('/v1/chat/completions', body)).totalMs)
        return { ms: median(times) }
      },
    })
    const values = await interleave(
      [
        arm('whole', ourClient, smallChat),
        arm('stream', ourClient, { ...smallChat, stream: true }),
        arm('bare', bareClient, smallChat),
      ],
      { ...context, warmUps: 2 },
    )
    const peer = { name: 'bare node:http', values: values('bare', 'ms') }
    const target = { of: 'difference', atMost: 1 } as const
    return {
      measurements: [
        { label: 'chat completion', unit: 'ms', ours: values('whole', 'ms'), peer, target },
        { label: 'chat completion, streamed', unit: 'ms', ours: values('stream', 'ms'), peer, target },
      ],
      notes: [`${requests} requests per round.`],
    }
  },
}
