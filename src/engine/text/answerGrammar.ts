import { SanjhaError } from '../../core/index.ts'
import type { OutputFormat, Tool } from '../contract.ts'
import type { Grammar } from './contract.ts'
import { addTextWithout, literal, RuleSet } from './grammar/gbnf.ts'
import { JsonRules } from './grammar/jsonRules.ts'
import { prefixRules } from './grammar/prefixRules.ts'
import { SchemaCompiler } from './grammar/SchemaCompiler.ts'
import type { ReasoningTags } from './reasoning/tags.ts'
import { addCallRules } from './tools/callGrammar.ts'
import type { ToolFamily } from './tools/family.ts'

export interface AnswerShape {
  readonly format: OutputFormat | undefined
  readonly tools: readonly Tool[]
  /** A call is required, not merely allowed. */
  readonly callRequired: boolean
  readonly single: boolean
  readonly family: ToolFamily
  readonly template: string
  /** Present when the model may think before it answers. */
  readonly reasoning: ReasoningTags | undefined
  /** The prompt ends inside the reasoning: it must be closed before the answer. */
  readonly inside: boolean
}

/**
 * The grammar of an answer: free text needs none. Whatever is constrained, the model may think first.
 * @throws SanjhaError `invalid_request` for a schema that cannot be enforced.
 */
export function answerGrammar(shape: AnswerShape): Grammar | undefined {
  const { format, tools, callRequired, family, template } = shape
  const isFree = format === undefined || format.type === 'text'
  if (isFree && tools.length === 0) return undefined
  if (isFree && !callRequired) {
    // Nothing is constrained until the model begins a call by itself.
    if (family.triggers.length === 0) return undefined
    const rules = new RuleSet()
    const root = rules.reserve('root')
    rules.define(root, addCallRules(rules, new JsonRules(rules), family, tools, template, shape.single))
    return { gbnf: rules.toString(), lazy: { triggerWords: family.triggers } }
  }
  const rules = new RuleSet()
  const json = new JsonRules(rules)
  const root = rules.reserve('root')
  const answers: string[] = []
  if (tools.length > 0) answers.push(addCallRules(rules, json, family, tools, template, shape.single))
  let own = ''
  if (!callRequired && format !== undefined) {
    if (format.type === 'json') answers.push(json.object())
    if (format.type === 'json-schema')
      answers.push(new SchemaCompiler(rules, format.schema, json).compile(format.schema))
    if (format.type === 'grammar') {
      if (!/(^|\n)\s*root\s*::=/.test(format.grammar)) {
        throw new SanjhaError('invalid_request', 'The grammar has no rule named "root".', { param: 'grammar' })
      }
      const prefix = 'given-'
      own = prefixRules(format.grammar, prefix)
      answers.push(`${prefix}root`)
    }
  }
  const thinking = reasoningBody(rules, shape)
  if (format?.type === 'grammar' && thinking === '' && answers.length === 1) return { gbnf: format.grammar }
  rules.define(root, `${thinking}${answers.length === 1 ? answers[0] : `(${answers.join(' | ')})`}`)
  return { gbnf: `${rules}${own}${own === '' || own.endsWith('\n') ? '' : '\n'}` }
}

function reasoningBody(rules: RuleSet, { reasoning, inside }: AnswerShape): string {
  if (reasoning === undefined) return ''
  const text = addTextWithout(rules, reasoning.close)
  const opens = reasoning.answerOpen ?? []
  const answerOpen = opens.length === 0 ? '' : ` (${opens.map(literal).join(' | ')})?`
  const space = rules.add('gap', '[ \\n]{0,3}')
  if (inside) return `${text} ${literal(reasoning.close)} ${space}${answerOpen} `
  return `(${literal(reasoning.open)} ${text} ${literal(reasoning.close)} ${space})?${answerOpen} `
}
