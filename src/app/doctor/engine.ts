import type { Check } from './contract.ts'

/** The real thing: loads the smallest stored model and lets it say one token. */
export const checkEngine: Check = {
  id: 'engine',
  title: 'Engine',
  network: false,
  run: async ({ models, engines }, signal) => {
    const smallest = (await models.list())
      .filter((model) => model.format === 'gguf')
      .toSorted((a, b) => a.size - b.size)[0]
    if (smallest === undefined) {
      return { outcome: 'skipped', message: 'No model is stored to test it with.', remedy: 'sanjha pull smollm2' }
    }
    const lease = await engines.acquire(smallest.name, { load: { contextLength: 256 }, keepAliveMs: 0 }, signal)
    try {
      const request = {
        input: { type: 'completion', prompt: 'The capital of France is' },
        maxTokens: 1,
        sampling: { temperature: 0 },
      } as const
      let text = ''
      for await (const part of lease.engine.generate(request, signal)) if (part.type === 'text') text += part.text
      const { threads, devices } = lease.engine.status()
      return {
        outcome: 'ok',
        message: `${smallest.name} loaded in ${Math.round(lease.loadMs)} ms and said ${JSON.stringify(text)} (${[...(devices ?? []), `${threads} threads`].join(', ')}).`,
      }
    } finally {
      lease.release()
    }
  },
}
