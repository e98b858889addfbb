/** What a client of the OpenAI, Anthropic and Ollama APIs may rely on. A test cites each by its id, as `[API-07]`. */
export interface Requirement {
  readonly id: string
  readonly text: string
  /** Why no test cites it yet. */
  readonly later?: string
}

const texts = [
  'A chat answer has an id `chatcmpl-…`, the object `chat.completion`, a creation time and a message of the assistant; a completion has `cmpl-…` and `text_completion`.',
  'Total tokens are prompt tokens plus completion tokens; cached prompt tokens are told.',
  'The finish reason is `length` when the limit cut the answer, `stop` when the model ended, `tool_calls` when it called tools.',
  'In a stream the role comes once, in the first delta, with empty content; all chunks have one id.',
  'In a stream the finish reason comes once, in the last chunk of a choice, and the stream ends with `data: [DONE]`.',
  'At temperature 0 the pieces of a stream, joined, are what comes without a stream.',
  'With `include_usage` a last chunk without choices has the usage, and it is null before; `stream_options` without a stream is refused.',
  'Without `logprobs` they are null; `top_logprobs` 0 gives none beside the token; more than 20 is refused, and the server still answers.',
  'The tokens of the log-probabilities, joined, are the content; each is ≤ 0 and has its bytes; `prompt_logprobs` of −1 is refused.',
  '`n` answers have the indices 0 to n − 1 and a finish reason each; in a stream they come interleaved.',
  'The same seed gives the same answer, another seed another.',
  'A stop string, or one of several, ends the answer and is no part of it, nor is a piece of one that is split over tokens.',
  'A completion takes text, several texts, token ids, several lists of token ids, an empty prompt; `echo` repeats the prompt.',
  '`logit_bias` is taken; a token out of the vocabulary is refused.',
  '`json_object` gives JSON and `json_schema` what the schema says; a missing or broken schema and an unknown type are refused.',
  'Content may be a list of parts, whose texts are joined; an unknown kind of part is refused.',
  '`tool_choice` may be none, auto, required or a name; an unknown name is refused; without `parallel_tool_calls` there is one call at most.',
  'The pieces of a tool call’s arguments, joined, are JSON; id and name come once, with the first piece; the index is stable.',
  'A tool’s result, in a message with `tool_call_id`, is taken.',
  'Messages that are null, text, numbers, empty objects, or of an unknown role are refused with 400 and an error object; never 500.',
  'Broken JSON, a body that is no object, a wrong content type and a body too large (413) are answered by an error object.',
  'An unknown model is answered by 404 `model_not_found`, also when it is asked for by name.',
  'A wrong or missing key is answered by 401; `/health` needs none; `X-Api-Key` does as well; no key is in the log.',
  'A prompt that does not fit is refused with `context_length_exceeded`; nothing is cut silently.',
  'A failure in the middle of a stream is told by an error event, and the stream ends without pretending to be complete.',
  'A client that goes away ends the generation and frees its place.',
  'More requests than a key may make are answered by 429, too many at once by 503, both with `Retry-After`.',
  'An embedding as numbers and as base64 is the same; dimensions are heeded; the order is the input’s; vectors have unit length.',
  'Documents come most relevant first; `top_n` limits them; `index` is the place in the request; the order of the documents changes no score. Pairs of texts get a score each, by one and many or many and many.',
  'Tokens turned back into text give the text; their number is what the usage says.',
  'A response has an id `resp_…` and items `msg_…`; its events come in order and are numbered.',
  '`previous_response_id` goes on from a response; an unknown one is refused; what was not stored cannot be read.',
  'The list of models has the shape that clients expect, and lists loaded LoRA adapters with their parent.',
  'A browser’s preflight is answered; `X-Request-Id` is echoed or made; event streams are marked as such and not buffered.',
  'Images by `file:` or a relative path or from an address that is not public are refused; a `data:` URL is taken.',
  '`max_tokens` may be 0 or huge but not negative; a negative temperature is refused; unknown fields are ignored.',
  'A character that is split over tokens never comes out as U+FFFD.',
  'Anthropic’s events come in order from `message_start` to `message_stop`; tokens can be counted.',
]

const later: Readonly<Record<number, string>> = {}

export const requirements: readonly Requirement[] = texts.map((text, i) => ({
  id: `API-${String(i + 1).padStart(2, '0')}`,
  text,
  ...(later[i + 1] !== undefined && { later: later[i + 1]! }),
}))
