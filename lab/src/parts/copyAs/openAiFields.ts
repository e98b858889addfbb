/** Fields of a chat completion request that OpenAI's own client libraries know; what others there are, they pass on when asked. */
const known = new Set([
  'model',
  'messages',
  'temperature',
  'top_p',
  'max_tokens',
  'max_completion_tokens',
  'stop',
  'seed',
  'n',
  'presence_penalty',
  'frequency_penalty',
  'logit_bias',
  'logprobs',
  'top_logprobs',
  'response_format',
  'reasoning_effort',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'user',
])

/** A request's fields, apart: OpenAI's own, and those that other servers add. Snippets print the answer as a whole. */
export function splitFields(body: Readonly<Record<string, unknown>>): {
  own: Record<string, unknown>
  extra: Record<string, unknown>
} {
  const { stream, stream_options, ...rest } = body
  const entries = Object.entries(rest)
  return {
    own: Object.fromEntries(entries.filter(([name]) => known.has(name))),
    extra: Object.fromEntries(entries.filter(([name]) => !known.has(name))),
  }
}
