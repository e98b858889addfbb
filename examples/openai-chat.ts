// The official OpenAI client against a running Sanjha: only the base URL is ours.
// Run: OPENAI_BASE_URL=http://127.0.0.1:PORT/v1 node examples/openai-chat.ts
import OpenAI from 'openai'

const client = new OpenAI({ apiKey: process.env['OPENAI_API_KEY'] ?? 'none' })
const model = process.argv[2] ?? 'smollm2'

const stream = await client.chat.completions.create({
  model,
  messages: [{ role: 'user', content: 'What is the capital of France?' }],
  max_tokens: 40,
  stream: true,
})
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? '')
process.stdout.write('\n')
