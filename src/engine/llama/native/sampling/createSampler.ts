import { SanjhaError } from '../../../../core/index.ts'
import type { NativeApi, Pointer } from '../bindings/nativeApi.ts'
import type { Vocabulary } from '../model/Vocabulary.ts'
import type { Candidates } from './Candidates.ts'
import { createGrammarGate, type GrammarSource } from './GrammarGate.ts'
import { argmax } from './logprobs.ts'
import { Shortlister } from './Shortlister.ts'
import { isPlainGreedy, type SamplingSettings } from './settings.ts'

/** Chooses the tokens of one answer. */
export interface Sampler {
  /**
   * The next token, given the model's logits. Also takes note of it, so it must be called once per token, in order.
   * @param logits one value per token of the vocabulary
   */
  next(logits: Float32Array): number
  /**
   * What to go on with in place of the end that `next` gave: the most probable token that is none and that the grammar
   * allows, taken note of. Undefined when the grammar has come to its end.
   */
  insteadOfEnd(logits: Float32Array): number | undefined
  free(): void
}

export interface SamplerOptions {
  readonly settings: SamplingSettings
  readonly grammar?: GrammarSource
  /** The prompt, whose end the penalties look at too. */
  readonly prompt: readonly number[]
  readonly contextLength: number
  /** Whether native samplers get only the tokens that matter. Default true; the choice is the same either way. */
  readonly isShortened?: boolean
}

/** Where DRY may not continue a repetition over: llama.cpp's own list. */
const dryBreakers = ['\n', ':', '"', '*']

/**
 * The steps are llama.cpp's, in its order: bias, penalties, DRY, top-k, typical, top-p, min-p, XTC, temperature, draw.
 * The grammar is asked about the drawn token only; when it refuses, all tokens pass the grammar and are drawn from again.
 * Errors: `invalid_request` for a grammar that cannot be read.
 */
export function createSampler(
  api: NativeApi,
  vocabulary: Vocabulary,
  candidates: Candidates,
  options: SamplerOptions,
): Sampler {
  const { settings, grammar: source } = options
  const grammar = source && createGrammarGate(api, vocabulary, source)
  const chain = isPlainGreedy(settings) ? null : createChain(api, vocabulary, options)
  const { prompt, contextLength, isShortened = true } = options
  const shortlister = chain !== null && isShortened ? Shortlister.for(settings, prompt, contextLength) : undefined

  const draw = (logits: Float32Array): number => {
    if (chain === null) return argmax(logits)
    const few = shortlister?.tokens(logits)
    if (few === undefined) candidates.fill(logits)
    else candidates.fillSome(few, logits)
    api.samplerApply(chain, candidates.pointer)
    return candidates.selected
  }
  return {
    next(logits) {
      let token = draw(logits)
      if (grammar?.isAwake && !isAllowed(token)) {
        candidates.fill(logits)
        api.samplerApply(grammar.sampler, candidates.pointer)
        // A token that the grammar does not allow must not be given to it: llama.cpp would end the process.
        if (candidates.areAllBanned) throw deadEnd()
        if (chain === null) token = candidates.best
        else {
          api.samplerApply(chain, candidates.pointer)
          token = candidates.selected
        }
      }
      take(token)
      return token
    },
    insteadOfEnd(logits) {
      candidates.fill(logits)
      // An end changes nothing in the grammar's place, so it can be asked again.
      if (grammar?.isAwake) api.samplerApply(grammar.sampler, candidates.pointer)
      const token = candidates.bestThat((each) => !vocabulary.isEnd(each))
      if (token !== undefined) take(token)
      return token
    },
    free() {
      if (chain !== null) api.samplerFree(chain)
      grammar?.free()
    },
  }

  function take(token: number): void {
    if (chain !== null) api.samplerAccept(chain, token)
    shortlister?.accept(token)
    grammar?.accept(token)
  }

  function isAllowed(token: number): boolean {
    candidates.fillOne(token, 1)
    api.samplerApply(grammar?.sampler ?? null, candidates.pointer)
    return candidates.firstLogit !== Number.NEGATIVE_INFINITY
  }
}

const deadEnd = (): SanjhaError =>
  new SanjhaError('invalid_request', 'The grammar has come to a place where no token of this model may follow.', {
    param: 'grammar',
    hint: 'See that each of its rules can be completed with text.',
  })

function createChain(
  api: NativeApi,
  vocabulary: Vocabulary,
  { settings, prompt, contextLength }: SamplerOptions,
): Pointer {
  const s = settings
  const seed = s.seed ?? Math.floor(Math.random() * 0xfffffffe)
  const chain = api.samplerChainInit()
  const add = (sampler: Pointer): void => api.samplerChainAdd(chain, sampler)
  const window = (lastN: number): number => (lastN < 0 ? contextLength : Math.min(lastN, contextLength))
  let history = 0
  if (s.logitBias.length > 0) add(api.samplerInitLogitBias(vocabulary.size, s.logitBias))
  if (s.repeatPenalty !== 1 || s.presencePenalty !== 0 || s.frequencyPenalty !== 0) {
    history = window(s.repeatLastN)
    add(api.samplerInitPenalties(vocabulary.size, history, s.repeatPenalty, s.frequencyPenalty, s.presencePenalty))
  }
  if (s.dry) {
    const { multiplier, base, allowedLength, lastN } = s.dry
    history = Math.max(history, window(lastN))
    add(api.samplerInitDry(vocabulary.pointer, multiplier, base, allowedLength, window(lastN), dryBreakers))
  }
  if (s.temperature === 0) add(api.samplerInitGreedy())
  else if (s.mirostat) {
    const { version, tau, eta } = s.mirostat
    add(api.samplerInitTemp(s.temperature))
    // m = 100: over how many tokens mirostat 1 estimates Zipf's exponent, as in its paper.
    add(
      version === 1
        ? api.samplerInitMirostat(vocabulary.size, seed, tau, eta, 100)
        : api.samplerInitMirostatV2(seed, tau, eta),
    )
  } else {
    if (s.topK > 0) add(api.samplerInitTopK(s.topK))
    if (s.typicalP < 1) add(api.samplerInitTypical(s.typicalP, 1))
    if (s.topP < 1) add(api.samplerInitTopP(s.topP, 1))
    if (s.minP > 0) add(api.samplerInitMinP(s.minP, 1))
    if (s.xtc) add(api.samplerInitXtc(s.xtc.probability, s.xtc.threshold, 1, seed))
    add(api.samplerInitTemp(s.temperature))
    add(api.samplerInitDist(seed))
  }
  if (history > 0) for (const token of prompt.slice(-history)) api.samplerAccept(chain, token)
  return chain
}
