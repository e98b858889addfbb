import type { Benchmark, BenchmarkResult, Measurement } from '../contract.ts'
import { interleave } from '../method/interleave.ts'
import { median } from '../method/statistics.ts'
import { Client } from '../support/post.ts'
import { startFakeServer } from './startServers.ts'

/** How the server bears more and more streams at once. */
export const growth: Benchmark = {
  name: 'server.growth',
  summary:
    'Streamed chats at once, of about 60 tokens each, from an engine that only pretends and never waits: tokens per second through the whole server, and how long one answer takes.',
  run: async (context): Promise<BenchmarkResult> => {
    const counts = context.quick ? [1, 4] : [1, 4, 16, 64]
    const repeats = context.quick ? 2 : 8
    const words = 'one two three four five six seven eight nine ten '.repeat(6).trim()
    await using server = await startFakeServer(context)
    using client = new Client(server.url)
    const body = { model: 'fake', messages: [{ role: 'user', content: words }], stream: true }
    const measurements: Measurement[] = []
    const arms = counts.map((count) => ({
      name: String(count),
      run: async () => {
        const started = performance.now()
        const lanes = await Promise.all(
          Array.from({ length: count }, async () => {
            const answers = []
            for (let i = 0; i < repeats; i++) answers.push(await client.postOk('/v1/chat/completions', body))
            return answers
          }),
        )
        const seconds = (performance.now() - started) / 1000
        const answers = lanes.flat()
        const tokens = answers.reduce((sum, { text }) => sum + text.split('"content":').length - 1, 0)
        return { tokens: tokens / seconds, ms: median(answers.map(({ totalMs }) => totalMs)) }
      },
    }))
    const values = await interleave(arms, context)
    for (const count of counts) {
      const streams = `${count} ${count === 1 ? 'stream' : 'streams'}`
      measurements.push(
        { label: `${streams}, all together`, unit: 'tokens/s', ours: values(String(count), 'tokens') },
        { label: `${streams}, one answer`, unit: 'ms', ours: values(String(count), 'ms') },
      )
    }
    return { measurements, notes: [] }
  },
}
