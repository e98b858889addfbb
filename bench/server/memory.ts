import { once } from 'node:events'
import { z } from 'zod'
import type { Benchmark, BenchmarkResult } from '../contract.ts'
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
    'Memory of the server’s process after 1,000 and after 10,000 requests, eight at once, half of them streamed, with garbage collected before each look. What the heap grew by per request in between is what would leak.',
  run: async (context): Promise<BenchmarkResult> => {
    const [few, many] = context.quick ? [100, 300] : [1000, 10_000]
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
    await until(few)
    const before = await held(server)
    context.say(`${few} requests`)
    await until(many)
    const after = await held(server)
    return {
      measurements: [
        {
          label: `heap after ${few} and ${many} requests`,
          unit: 'bytes',
          ours: [after.heapUsed],
          peer: { name: `after ${few}`, values: [before.heapUsed] },
        },
        {
          label: `resident memory after ${few} and ${many} requests`,
          unit: 'bytes',
          ours: [after.rss],
          peer: { name: `after ${few}`, values: [before.rss] },
        },
        {
          label: 'growth of the heap',
          unit: 'bytes/request',
          ours: [(after.heapUsed - before.heapUsed) / (many - few)],
          // The smallest object that a leak could leave behind is about so large.
          ...(!context.quick && { target: { of: 'value', atMost: 100 } as const }),
        },
      ],
      notes: [],
    }
  },
}
