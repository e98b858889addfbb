import { SanjhaError } from '../../core/index.ts'
import type { ChatMessage, ContentPart, GenerateRequest, OutputFormat, Sampling, Tool } from '../contract.ts'

type Json = Record<string, unknown>

/**
 * A request as the body of `chat/completions` or `completions`. Fields that OpenAI does not have are named as
 * llama-server and vLLM name them, and are sent only when asked for: an endpoint that does not know one says so.
 */
export function requestBody(request: GenerateRequest, model: string): Json {
  const { input, stop, maxTokens, logprobs, sampling = {}, format, ignoreEnd, cachePrompt } = request
  const common: Json = {
    model,
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: maxTokens,
    stop: stop && stop.length > 0 ? stop : undefined,
    ...samplingFields(sampling),
    ...formatFields(format),
    ignore_eos: ignoreEnd === true ? true : undefined,
    cache_prompt: cachePrompt === false ? false : undefined,
  }
  if (input.type === 'completion') return { ...common, prompt: input.prompt, suffix: input.suffix, logprobs }
  const { tools, toolChoice, parallelToolCalls, thinking, continueLast } = input
  return {
    ...common,
    messages: input.messages.map(messageField),
    tools: tools && tools.length > 0 ? tools.map(toolField) : undefined,
    tool_choice:
      typeof toolChoice === 'object' ? { type: 'function', function: { name: toolChoice.name } } : toolChoice,
    parallel_tool_calls: parallelToolCalls,
    logprobs: logprobs === undefined ? undefined : true,
    top_logprobs: logprobs,
    chat_template_kwargs: thinking === undefined ? undefined : { enable_thinking: thinking !== false },
    ...(continueLast === true && { continue_final_message: true, add_generation_prompt: false }),
  }
}

function samplingFields(sampling: Sampling): Json {
  const { dry, xtc, mirostat, logitBias } = sampling
  return {
    temperature: sampling.temperature,
    top_k: sampling.topK,
    top_p: sampling.topP,
    min_p: sampling.minP,
    typical_p: sampling.typicalP,
    // llama-server's name, then vLLM's.
    repeat_penalty: sampling.repeatPenalty,
    repetition_penalty: sampling.repeatPenalty,
    repeat_last_n: sampling.repeatLastN,
    presence_penalty: sampling.presencePenalty,
    frequency_penalty: sampling.frequencyPenalty,
    dry_multiplier: dry?.multiplier,
    dry_base: dry?.base,
    dry_allowed_length: dry?.allowedLength,
    dry_penalty_last_n: dry?.lastN,
    xtc_probability: xtc?.probability,
    xtc_threshold: xtc?.threshold,
    mirostat: mirostat?.version,
    mirostat_tau: mirostat?.tau,
    mirostat_eta: mirostat?.eta,
    logit_bias: logitBias && logitBias.size > 0 ? Object.fromEntries(logitBias) : undefined,
    seed: sampling.seed,
  }
}

function formatFields(format: OutputFormat | undefined): Json {
  switch (format?.type) {
    case 'json':
      return { response_format: { type: 'json_object' } }
    case 'json-schema': {
      const { schema, name = 'answer' } = format
      return { response_format: { type: 'json_schema', json_schema: { name, schema, strict: true } } }
    }
    case 'grammar':
      return { grammar: format.grammar, structured_outputs: { grammar: format.grammar } }
    default:
      return {}
  }
}

/** A message on the wire. */
export function messageField(message: ChatMessage): Json {
  if (message.role === 'assistant') {
    const calls = message.toolCalls ?? []
    return {
      role: 'assistant',
      content: message.content.length === 0 && calls.length > 0 ? null : contentField(message.content),
      reasoning_content: message.reasoning,
      tool_calls:
        calls.length > 0
          ? calls.map(({ id, name, arguments: json }) => ({
              id,
              type: 'function',
              function: { name, arguments: json },
            }))
          : undefined,
    }
  }
  if (message.role === 'tool') {
    return {
      role: 'tool',
      tool_call_id: message.toolCallId,
      name: message.name,
      content: contentField(message.content),
    }
  }
  return { role: message.role, name: message.name, content: contentField(message.content) }
}

/** Text alone as a string, which every endpoint reads; else the list of parts. */
function contentField(content: readonly ContentPart[]): string | Json[] {
  if (content.every((part) => part.type === 'text')) return content.map((part) => part.text).join('')
  return content.map((part) => {
    if (part.type === 'text') return { type: 'text', text: part.text }
    if (!/^image\/[\w.+-]+$/.test(part.mediaType)) {
      throw new SanjhaError('invalid_request', `"${part.mediaType}" is no type of image.`, { param: 'messages' })
    }
    const url = `data:${part.mediaType};base64,${Buffer.from(part.data).toString('base64')}`
    return { type: 'image_url', image_url: { url } }
  })
}

function toolField({ name, description, parameters }: Tool): Json {
  return {
    type: 'function',
    function: { name, description, parameters: parameters ?? { type: 'object', properties: {} } },
  }
}
