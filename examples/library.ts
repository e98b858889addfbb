// Sanjha as a library, without a server: fetch a model, ask it, close.
// Run: node examples/library.ts
import { openSanjha } from '../src/app/index.ts'

const sanjha = await openSanjha()
try {
  const model = await sanjha.ensureModel('smollm2', { say: console.error })
  const parts = sanjha.handle({
    id: 'example',
    model,
    operation: {
      type: 'generate',
      request: {
        input: {
          type: 'chat',
          messages: [{ role: 'user', content: [{ type: 'text', text: 'What is the capital of France?' }] }],
        },
        maxTokens: 40,
      },
    },
    acquire: {},
    caller: { keyId: null, surface: 'cli' },
    signal: AbortSignal.timeout(120_000),
  })
  for await (const part of parts) {
    if (part.type === 'text') process.stdout.write(part.text)
    if (part.type === 'finish') process.stdout.write(`\n${part.usage.completionTokens} tokens\n`)
  }
} finally {
  await sanjha.close()
}
