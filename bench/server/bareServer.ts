/** `node bareServer.ts PORT`: the least that can answer. Reads the JSON of a request and sends back JSON as long as an answer of ours. */
import { createServer } from 'node:http'

const answer = JSON.stringify({
  id: 'chatcmpl-0123456789abcdef0123456789',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'fake',
  choices: [
    { index: 0, message: { role: 'assistant', content: 'You said: Hi' }, logprobs: null, finish_reason: 'stop' },
  ],
  usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13, prompt_tokens_details: { cached_tokens: 0 } },
})

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    if (request.method === 'POST') JSON.parse(Buffer.concat(chunks).toString())
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(answer)
  })
})
server.listen(Number(process.argv[2]), '127.0.0.1')
process.once('disconnect', () => process.exit())
