import { SanjhaError } from '../core/index.ts'
import type { GenerateRequest } from './contract.ts'

/** Refuses what no engine can make sense of, with `invalid_request` and the field's name as OpenAI calls it. */
export function checkRequest(request: GenerateRequest): void {
  const { input, maxTokens, logprobs, sampling = {}, stop = [] } = request
  if (input.type === 'chat' && input.messages.length === 0) refuse('messages', 'must hold one message at least')
  if (input.type === 'completion' && typeof input.prompt !== 'string') {
    for (const token of input.prompt) {
      if (!Number.isInteger(token) || token < 0) refuse('prompt', 'must be text or token ids, which are whole numbers')
    }
  }
  if (maxTokens !== undefined && !(maxTokens >= 0)) refuse('max_tokens', 'must be 0 or more')
  if (logprobs !== undefined && !(Number.isInteger(logprobs) && logprobs >= 0 && logprobs <= 20)) {
    refuse('top_logprobs', 'must be a whole number from 0 to 20')
  }
  if (stop.includes('')) refuse('stop', 'must not hold an empty text')
  const { temperature, topP, minP, typicalP } = sampling
  if (temperature !== undefined && !(temperature >= 0)) refuse('temperature', 'must be 0 or more')
  for (const [name, share] of Object.entries({ top_p: topP, min_p: minP, typical_p: typicalP })) {
    if (share !== undefined && !(share >= 0 && share <= 1)) refuse(name, 'must be from 0 to 1')
  }
}

function refuse(param: string, rule: string): never {
  throw new SanjhaError('invalid_request', `${param} ${rule}.`, { param })
}
