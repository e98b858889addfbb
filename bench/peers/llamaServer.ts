import { z } from 'zod'
import type { BenchContext } from '../contract.ts'
import { Client } from '../support/post.ts'
import { freePort, Service } from '../support/Service.ts'
import { missing } from './llamaBench.ts'

/** Starts llama-server with so many slots of so many tokens each (default 2,048); the rest as it comes. */
export async function startLlamaServer(
  context: BenchContext,
  { slots, contextLength = 2048 }: { readonly slots: number; readonly contextLength?: number },
): Promise<Service> {
  const { llamaServer: command } = context.peers
  if (command === undefined) throw new Error(missing)
  const port = await freePort()
  return Service.start({
    command,
    args: [
      ['-m', await context.model()],
      ['--host', '127.0.0.1', '--port', String(port)],
      ['-np', String(slots), '-c', String(slots * contextLength)],
      context.threads === undefined ? [] : ['-t', String(context.threads)],
    ].flat(),
    port,
  })
}

const answer = z.object({ timings: z.object({ predicted_n: z.number(), predicted_ms: z.number() }) })

/** Greedy completion of a prompt that it keeps in its cache: tokens per second by its own clock, which runs from the first token on. */
export async function timedCompletion(url: string, prompt: readonly number[], tokens: number): Promise<number> {
  using client = new Client(url)
  const { text } = await client.postOk('/completion', {
    prompt,
    n_predict: tokens,
    temperature: 0,
    ignore_eos: true,
    cache_prompt: true,
  })
  const { predicted_n, predicted_ms } = answer.parse(JSON.parse(text)).timings
  return (1000 * (predicted_n - 1)) / predicted_ms
}
