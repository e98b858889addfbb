import { once } from 'node:events'
import { z } from 'zod'
import type { Benchmark, BenchmarkResult, Measurement, Target } from '../contract.ts'
import { Client } from '../support/post.ts'
import type { Service } from '../support/Service.ts'
import { smallChat, startFakeServer } from './startServers.ts'

const reply = z.object({ heapUsed: z.number(), rss: z.number() })

async function held(service: Service): Promise<z.output<typeof reply>> {
  const answered = once(service.child, 'message')
  service.child.send('memory')
  const [message] = await answered
  return reply.parse(message)
}

/** Whether the server keeps something of every request. */
export const memory: Benchmark = {
  name: 'server.memory',
  summary:
    'Memory of the server’s process as requests go through it, eight at once, half of them streamed, with garbage collected before each look. What the heap grows by per request is what would leak. Before the first 10,000 the heap also takes in what the compiler makes of code that is run often, and resident memory rises until the collector has the room it likes; after that both must stay.',
  run: async (context): Promise<BenchmarkResult> => {
    const [few, many, piece] = context.quick ? ([100, 200, 50] as const) : ([1000, 10_000, 2000] as const)
    const counts = [few, ...Array.from({ length: 11 }, (_, i) => many + i * piece)]
    await using server = await startFakeServer(context)
    using client = new Client(server.url)
    let done = 0
    const until = async (count: number): Promise<void> => {
      while (done < count) {
        context.signal.throwIfAborted()
        const bodies = Array.from({ length: Math.min(8, count - done) }, (_, i) => ({
          ...smallChat,
          stream: i % 2 === 1,
        }))
        await Promise.all(bodies.map((body) => client.postOk('/v1/chat/completions', body)))
        done += bodies.length
      }
    }
    const looks: z.output<typeof reply>[] = []
    for (const count of counts) {
      await until(count)
      looks.push(await held(server))
      context.say(`${count} requests`)
    }
    const heap = looks.map(({ heapUsed }) => heapUsed)
    const row = (of: 'heapUsed' | 'rss', name: string, from: number, to: number): Measurement => ({
      label: `${name} after ${counts[to]} requests`,
      unit: 'bytes',
      ours: [looks[to]?.[of] ?? Number.NaN],
      peer: { name: `after ${counts[from]}`, values: [looks[from]?.[of] ?? Number.NaN] },
    })
    const last = counts.length - 1
    // A trial is over before anything has settled.
    const target = (promise: Target): { target?: Target } => (context.quick ? {} : { target: promise })
    return {
      measurements: [
        row('heapUsed', 'heap', 0, 1),
        row('heapUsed', 'heap', 1, last),
        row('rss', 'resident memory', 0, 1),
        { ...row('rss', 'resident memory', 1, last), ...target({ of: 'ratio', atMost: 1.05 }) },
        {
          label: `growth of the heap, per piece of ${piece} requests after ${many}`,
          unit: 'bytes/request',
          ours: heap.slice(2).map((bytes, i) => (bytes - (heap[i + 1] ?? Number.NaN)) / piece),
          // The smallest object that a leak could leave behind is about so large.
          ...target({ of: 'value', atMost: 100 }),
        },
      ],
      notes: [],
    }
  },
}
