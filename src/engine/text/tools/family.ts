import type { Tool, ToolCall } from '../../contract.ts'
import type { RuleSet } from '../grammar/gbnf.ts'
import type { JsonRules } from '../grammar/jsonRules.ts'
import type { CallIdStyle } from '../messages/callIds.ts'
import type { CallSyntax } from './CallParser.ts'

export interface CallGrammarContext {
  readonly rules: RuleSet
  readonly json: JsonRules
  /** The rule for a tool's arguments as a JSON object. */
  argumentsRule(tool: Tool): string
}

/** One way in which models write tool calls. Add a new one to `families.ts`. */
export interface ToolFamily {
  readonly name: string
  /** Does a template of this text belong to the family? Asked in the order of the list. */
  detect(template: string): boolean
  readonly callIds: CallIdStyle
  /** Calls as the model itself writes them: for templates that cannot show calls, and for the generic prompt. */
  write(calls: readonly ToolCall[]): string
  syntax(tools: readonly Tool[], template: string): Omit<CallSyntax, 'single'>
  /**
   * A grammar of one call of `tool`, and how several are joined. `before` and `after` stand once around all of them.
   */
  grammar(context: CallGrammarContext, template: string): CallGrammar
  /** Words with which a call begins for certain; none: a call cannot be told from text by its beginning. */
  readonly triggers: readonly string[]
  /** Said in the system message when it is the chat's own and the template then leaves its tool instructions out. */
  readonly reminder?: string
}

export interface CallGrammar {
  call(tool: Tool): string
  readonly before: string
  readonly between: string
  readonly after: string
}
