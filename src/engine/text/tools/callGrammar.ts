import { SanjhaError } from '../../../core/index.ts'
import type { Tool } from '../../contract.ts'
import type { RuleSet } from '../grammar/gbnf.ts'
import type { JsonRules } from '../grammar/jsonRules.ts'
import { SchemaCompiler } from '../grammar/SchemaCompiler.ts'
import type { CallGrammarContext, ToolFamily } from './family.ts'

/**
 * A rule for one call, or several, of the given tools in the family's own form. Arguments follow each tool's schema;
 * where a schema uses what cannot be enforced, they are any JSON object (a tool's schema is a description, and its
 * caller checks the arguments anyway).
 * @returns the name of the rule.
 */
export function addCallRules(
  rules: RuleSet,
  json: JsonRules,
  family: ToolFamily,
  tools: readonly Tool[],
  template: string,
  single: boolean,
): string {
  const made = new Map<Tool, string>()
  const context: CallGrammarContext = {
    rules,
    json,
    argumentsRule(tool) {
      const known = made.get(tool)
      if (known !== undefined) return known
      const schema = tool.parameters ?? { type: 'object', additionalProperties: false }
      let rule: string
      try {
        // A trial in a grammar of its own, so that a failure leaves nothing behind.
        new SchemaCompiler(rules.trial(), schema).compile(schema)
        rule = new SchemaCompiler(rules, schema, json).compile(schema)
      } catch (error) {
        if (!SanjhaError.is(error)) throw error
        rule = json.object()
      }
      made.set(tool, rule)
      return rule
    },
  }
  const grammar = family.grammar(context, template)
  const call = rules.add('call', tools.map((tool) => grammar.call(tool)).join(' | '))
  const body = single ? call : `${call} (${grammar.between} ${call})*`
  return rules.add('calls', `${grammar.before} ${body} ${grammar.after}`.trim())
}
