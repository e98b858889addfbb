import { SanjhaError } from '../../../../core/index.ts'
import type { GenerateRequest, Part } from '../../../contract.ts'
import { createTextAssembler } from '../../../text/index.ts'
import type { NativeEngineParts } from '../NativeEngineParts.ts'
import { createSampler } from '../sampling/createSampler.ts'
import { resolveSampling } from '../sampling/settings.ts'
import { createLookupDrafter, type Drafter, firstOf } from '../speculative/Drafter.ts'
import { DraftPolicy } from '../speculative/DraftPolicy.ts'
import { AnswerStream } from './AnswerStream.ts'
import { buildPrompt } from './buildPrompt.ts'
import { GenerateTask } from './GenerateTask.ts'
import { toLogprob } from './toLogprob.ts'

/**
 * Makes the task of one answer. `emit` gets its parts, `finish` last; `free` must be called once, after the task left the
 * scheduler. Errors: `invalid_request`, `context_length_exceeded`, and what `buildPrompt` throws.
 */
export function createAnswer(
  engine: NativeEngineParts,
  request: GenerateRequest,
  emit: (part: Part) => void,
  onError: (error: SanjhaError) => void,
): { readonly task: GenerateTask; free(): void } {
  const { api, model, chatFormat, candidates, clock, contextLength, defaults, drafting, infill, counters } = engine
  const { vocabulary } = model
  const settings = resolveSampling(request.sampling, defaults, vocabulary.size)
  const prompt = buildPrompt(vocabulary, chatFormat, infill, request)
  const { maxTokens = Number.POSITIVE_INFINITY } = request
  checkLength(prompt.tokens.length + (maxTokens === 0 ? 0 : 1), contextLength)
  const sampler = createSampler(api, vocabulary, candidates, {
    settings,
    prompt: prompt.tokens,
    contextLength,
    ...(prompt.grammar && { grammar: prompt.grammar }),
  })
  const userStop = request.stop ?? []
  const stream = new AnswerStream(createTextAssembler({ stop: [...userStop, ...prompt.stop] }), prompt.parser, emit)
  const isExact = settings.seed !== undefined
  const longest = isExact || settings.temperature === 0 ? drafting.longestExact : drafting.longest
  const drafter =
    request.speculative === false || longest <= 0 ? undefined : createDrafter(engine, prompt.tokens, longest, isExact)
  const arrived = clock.monotonic()
  let startedAt = arrived
  let firstAt: number | undefined
  let isFreed = false
  const free = (): void => {
    if (isFreed) return
    isFreed = true
    sampler.free()
    drafter?.close?.()
  }
  const task = new GenerateTask({
    prompt: prompt.tokens,
    maxTokens: Math.floor(maxTokens),
    contextLength,
    isExact,
    cachePrompt: request.cachePrompt !== false,
    ignoreEnd: request.ignoreEnd === true,
    logprobs: request.logprobs,
    sampler,
    drafter,
    isEnd: (token) => vocabulary.isEnd(token),
    onStart: () => {
      startedAt = clock.monotonic()
    },
    onToken: (token, score) => {
      firstAt ??= clock.monotonic()
      const bytes = prompt.parser === undefined ? vocabulary.bytes(token) : vocabulary.answerBytes(token)
      return stream.push(bytes, score && toLogprob(vocabulary, score))
    },
    onFinish: (reason) => {
      stream.end()
      const usage = {
        promptTokens: prompt.tokens.length,
        completionTokens: task.generated,
        cachedTokens: task.cached,
        reasoningTokens: stream.reasoningTokens,
        draftTokens: task.draftTokens,
        acceptedTokens: task.acceptedTokens,
        timings: {
          queueMs: startedAt - arrived,
          loadMs: 0,
          promptMs: task.promptMs,
          generationMs: task.generationMs,
          timeToFirstTokenMs: (firstAt ?? clock.monotonic()) - arrived,
        },
      }
      counters.usage(usage)
      const stopSequence =
        stream.stopped !== undefined && userStop.includes(stream.stopped) ? stream.stopped : undefined
      emit({
        type: 'finish',
        reason:
          reason === 'stop' && stream.hasToolCalls ? 'tool-calls' : stream.stopped !== undefined ? 'stop' : reason,
        usage,
        ...(stopSequence !== undefined && { stopSequence }),
      })
    },
    onError,
  })
  return { task, free }
}

/** Whoever gave a draft model wants it tried: what an answer may lose by it, in tokens. */
const modelAdvance = 8

function createDrafter(
  engine: NativeEngineParts,
  prompt: readonly number[],
  longest: number,
  isExact: boolean,
): Drafter {
  const { policies, cost, model } = engine.drafting
  const policy = new DraftPolicy(isExact ? policies.exact : policies.shared)
  const lookup = createLookupDrafter({ prompt, policy, cost, longest })
  const draft = model?.createDrafter({
    prompt,
    policy: new DraftPolicy(policies.model, { advance: modelAdvance, isHabit: true }),
    cost,
    longest,
  })
  return draft === undefined ? lookup : firstOf([lookup, draft])
}

/** Refuses what the context cannot hold, with `context_length_exceeded` and the numbers. */
export function checkLength(tokens: number, contextLength: number): void {
  if (tokens <= contextLength) return
  throw new SanjhaError(
    'context_length_exceeded',
    `The prompt has ${tokens} tokens with room for an answer, but this model’s context holds ${contextLength}.`,
    {
      hint: 'Shorten the prompt, or load the model with a longer context.',
      details: { tokens, contextLength },
    },
  )
}
