import { SanjhaError } from '../../../../core/index.ts'
import type { GenerateRequest } from '../../../contract.ts'
import {
  anyJsonGrammar,
  type ChatFormat,
  jsonSchemaToGrammar,
  type OutputParser,
  promptSegments,
} from '../../../text/index.ts'
import type { NativeApi } from '../bindings/nativeApi.ts'
import type { Vocabulary } from '../model/Vocabulary.ts'
import type { GrammarSource } from '../sampling/GrammarGate.ts'

export interface Prompt {
  readonly tokens: number[]
  readonly text: string
  /** Stop texts of the template, besides the request's own. */
  readonly stop: readonly string[]
  readonly grammar: GrammarSource | undefined
  /** Absent for a completion: its text is taken as it is. */
  readonly parser: OutputParser | undefined
}

/** Fill-in-the-middle tokens of the model; −1 where it has none. */
export interface InfillTokens {
  readonly prefix: number
  readonly suffix: number
  readonly middle: number
}

export const readInfillTokens = (api: NativeApi, vocabulary: Vocabulary): InfillTokens => ({
  prefix: api.vocabFimPre(vocabulary.pointer),
  suffix: api.vocabFimSuf(vocabulary.pointer),
  middle: api.vocabFimMid(vocabulary.pointer),
})

export const canInfill = (tokens: InfillTokens): boolean =>
  tokens.prefix >= 0 && tokens.suffix >= 0 && tokens.middle >= 0

/** Errors: `invalid_request`, `unsupported`, and what `ChatFormat.render` throws. */
export function buildPrompt(
  vocabulary: Vocabulary,
  chatFormat: ChatFormat,
  infill: InfillTokens,
  request: Pick<GenerateRequest, 'input' | 'format'>,
): Prompt {
  const { input, format } = request
  if (input.type === 'chat') {
    const rendered = chatFormat.render(input, format === undefined ? {} : { format })
    // What users and tools wrote is text, also where it is spelled like the end of their turn.
    const tokens = promptSegments(rendered.prompt, rendered.literals).flatMap(({ text, special }) =>
      vocabulary.tokenize(text, special, false),
    )
    if ((rendered.bos || vocabulary.addBos) && vocabulary.bos >= 0 && tokens[0] !== vocabulary.bos) {
      tokens.unshift(vocabulary.bos)
    }
    return {
      tokens: orBeginning(vocabulary, tokens),
      text: rendered.prompt,
      stop: rendered.stop,
      grammar: rendered.grammar,
      parser: rendered.newParser(),
    }
  }
  const grammar = grammarOf(format)
  const done = (tokens: number[], text: string): Prompt => ({
    tokens: orBeginning(vocabulary, tokens),
    text,
    stop: [],
    grammar,
    parser: undefined,
  })
  const { prompt, suffix } = input
  if (suffix !== undefined && suffix !== '') {
    if (!canInfill(infill)) {
      throw new SanjhaError('unsupported', 'This model was not made to fill in text before a suffix.', {
        param: 'suffix',
      })
    }
    const before = typeof prompt === 'string' ? vocabulary.tokenize(prompt, false, false) : [...prompt]
    vocabulary.check(before, 'prompt')
    const after = vocabulary.tokenize(suffix, false, false)
    const tokens = [infill.prefix, ...before, infill.suffix, ...after, infill.middle]
    if (vocabulary.addBos && vocabulary.bos >= 0) tokens.unshift(vocabulary.bos)
    return done(tokens, typeof prompt === 'string' ? prompt : '')
  }
  if (typeof prompt === 'string') return done(vocabulary.tokenize(prompt, true, true), prompt)
  vocabulary.check(prompt, 'prompt')
  return done([...prompt], '')
}

/** A model needs one token at least to begin with. */
function orBeginning(vocabulary: Vocabulary, tokens: number[]): number[] {
  if (tokens.length > 0) return tokens
  const first = vocabulary.bos >= 0 ? vocabulary.bos : vocabulary.eos
  if (first < 0) throw new SanjhaError('invalid_request', 'The prompt is empty.', { param: 'prompt' })
  return [first]
}

function grammarOf(format: GenerateRequest['format']): GrammarSource | undefined {
  switch (format?.type) {
    case 'json':
      return { gbnf: anyJsonGrammar }
    case 'json-schema':
      return { gbnf: jsonSchemaToGrammar(format.schema) }
    case 'grammar':
      return { gbnf: format.grammar }
    default:
      return undefined
  }
}
