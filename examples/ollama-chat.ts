// The official Ollama client against a running Sanjha: only the host is ours.
// Run: OLLAMA_HOST=http://127.0.0.1:PORT node examples/ollama-chat.ts
import { Ollama } from 'ollama'

const client = new Ollama({ host: process.env['OLLAMA_HOST'] ?? 'http://127.0.0.1:8642' })
const model = process.argv[2] ?? 'smollm2'

const answer = await client.chat({
  model,
  messages: [{ role: 'user', content: 'What is the capital of France?' }],
  options: { num_predict: 40 },
})
console.log(answer.message.content)
console.log(`${answer.eval_count} tokens in ${(answer.eval_duration / 1e9).toFixed(1)} s`)
