import type { JsonSchema } from '../../contract.ts'
import { RuleSet } from './gbnf.ts'
import { JsonRules } from './jsonRules.ts'
import { SchemaCompiler } from './SchemaCompiler.ts'

/**
 * A JSON schema as a GBNF grammar whose start rule is `root`.
 *
 * Enforced: types, enum, const, properties in their order, required, additionalProperties, items, prefixItems, counts,
 * string lengths, patterns without look-around, common formats, number bounds, anyOf, oneOf (as a choice), allOf (merged),
 * local `$ref` (recursive too), nullable. Narrower than the schema in two ways: an object that declares properties has no
 * others unless `additionalProperties` allows them, and a tuple no further items.
 * @throws SanjhaError `invalid_request` for every other keyword that constrains, naming it and where it stands, for a
 *   schema that allows nothing, and for one that is too large.
 */
export function jsonSchemaToGrammar(schema: JsonSchema): string {
  const rules = new RuleSet()
  const root = rules.reserve('root')
  rules.define(root, new SchemaCompiler(rules, schema).compile(schema))
  return rules.toString()
}

function anyObject(): string {
  const rules = new RuleSet()
  const root = rules.reserve('root')
  rules.define(root, new JsonRules(rules).object())
  return rules.toString()
}

/** Any JSON object: what `response_format: {type: 'json_object'}` promises. */
export const anyJsonGrammar: string = anyObject()
