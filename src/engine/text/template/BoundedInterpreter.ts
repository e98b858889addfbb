import { Environment, Interpreter } from '@huggingface/jinja'
import type { TemplateLimits } from './limits.ts'
import { pythonStringMethods } from './pythonStrings.ts'

// The package's declarations import each other without file extensions, which this project's module resolution cannot
// follow; so the few members that are used are described here.
interface Value {
  readonly type: string
  readonly value: unknown
}
interface Scope {
  set(name: string, value: unknown): unknown
}
interface SyntaxNode {
  readonly type: string
  readonly value?: unknown
}
interface MemberNode extends SyntaxNode {
  readonly computed?: boolean
  readonly object?: SyntaxNode
  readonly property?: SyntaxNode
}
interface Evaluator {
  evaluate(statement: unknown, scope: Scope): Value
  run(program: unknown): Value
}
const BaseInterpreter = Interpreter as unknown as new (scope: Scope) => Evaluator

export const newScope = (): Scope => new (Environment as unknown as new () => Scope)()

export class LimitBroken extends Error {}

export interface Budget {
  /** Syntax nodes that may be evaluated. */
  readonly steps: number
  /** Characters of any one string, and half of what any list or mapping may hold in all. */
  readonly stringLength: number
  /** `performance.now()` after which the rendering ends. */
  readonly deadline: number
  readonly limits: TemplateLimits
}

/** Nodes behind which a built-in function may have worked on a whole string or list. */
const workNodes = new Set(['FilterExpression', 'CallExpression', 'BinaryExpression', 'For'])

/**
 * The interpreter with limits. Every value is measured when it comes into being, shared parts counted as often as they
 * are seen: so no single built-in function (which cannot be interrupted) ever gets more than a bounded amount to work on,
 * and between two of them the clock is looked at.
 */
export class BoundedInterpreter extends BaseInterpreter {
  readonly #budget: Budget
  readonly #sizes = new WeakMap<object, number>()
  #steps: number
  #depth = 0

  constructor(scope: Scope, budget: Budget) {
    super(scope)
    this.#budget = budget
    this.#steps = budget.steps
  }

  override evaluate(statement: unknown, scope: Scope): Value {
    const { limits, stringLength, deadline } = this.#budget
    const node = statement as SyntaxNode | undefined
    if (--this.#steps < 0) throw new LimitBroken('it needs too many steps')
    if (++this.#depth > limits.depth) throw new LimitBroken('it is nested too deeply')
    try {
      const result = this.#evaluate(node, scope)
      const { value } = result
      if (typeof value === 'string') {
        if (value.length > stringLength) throw new LimitBroken('its output is too long')
      } else if (typeof value === 'object' && value !== null) {
        if (Array.isArray(value) && value.length > limits.listLength) throw new LimitBroken('it builds too long a list')
        this.#measure(result, 0)
      }
      if (node !== undefined && workNodes.has(node.type) && performance.now() > deadline) {
        throw new LimitBroken('it takes too long')
      }
      return result
    } finally {
      this.#depth--
    }
  }

  #evaluate(node: SyntaxNode | undefined, scope: Scope): Value {
    try {
      const called = node === undefined ? undefined : this.#stringMethod(node, scope)
      if (called !== undefined) return called
      return super.evaluate(node, scope)
    } catch (error) {
      if (node === undefined || !(error instanceof Error) || !error.message.endsWith('UndefinedValue')) throw error
      const instead = emptyInstead(node)
      if (instead === undefined) throw error
      return super.evaluate(instead, scope)
    }
  }

  /** A method call on a string, where Python knows the method better than the library. */
  #stringMethod(node: SyntaxNode, scope: Scope): Value | undefined {
    if (node.type !== 'CallExpression') return undefined
    const { callee, args } = node as { callee?: MemberNode; args?: readonly SyntaxNode[] }
    if (callee?.type !== 'MemberExpression' || callee.computed || callee.property?.type !== 'Identifier')
      return undefined
    const method = pythonStringMethods.get(String(callee.property.value))
    if (
      method === undefined ||
      args?.some((argument) => argument.type.startsWith('Keyword') || argument.type === 'SpreadExpression')
    ) {
      return undefined
    }
    const self = this.evaluate(callee.object, scope)
    if (typeof self.value !== 'string') return undefined
    const value = method(
      self.value,
      (args ?? []).map((argument) => this.evaluate(argument, scope).value),
    )
    const type = typeof value === 'string' ? 'StringLiteral' : 'IntegerLiteral'
    if (typeof value === 'boolean')
      return super.evaluate({ type: 'Identifier', value: value ? 'true' : 'false' }, scope)
    return super.evaluate({ type, value }, scope)
  }

  /** Characters and members in a value. Namespaces can change, so neither they nor what holds them is remembered. */
  #measure(container: Value, depth: number): { size: number; isFixed: boolean } {
    const known = this.#sizes.get(container)
    if (known !== undefined) return { size: known, isFixed: true }
    if (depth > this.#budget.limits.depth) throw new LimitBroken('it is nested too deeply')
    let size = 8
    let isFixed = container.type !== 'NamespaceValue'
    const members: Iterable<Value> = Array.isArray(container.value)
      ? (container.value as Value[])
      : container.value instanceof Map
        ? (container.value as Map<string, Value>).values()
        : []
    for (const member of members) {
      if (typeof member.value === 'string') size += 8 + member.value.length
      else if (typeof member.value === 'object' && member.value !== null) {
        const inner = this.#measure(member, depth + 1)
        size += inner.size
        isFixed &&= inner.isFixed
      } else size += 8
      if (size > 2 * this.#budget.stringLength) throw new LimitBroken('what it builds is too large')
    }
    if (isFixed) this.#sizes.set(container, size)
    return { size, isFixed }
  }
}

/**
 * Python's Jinja takes what is not defined as empty in filters, loops and subscripts, and templates rely on it; the
 * library does not.
 * @returns the node to evaluate instead.
 */
function emptyInstead(node: SyntaxNode): SyntaxNode | undefined {
  if (node.type === 'For') return { type: 'StringLiteral', value: '' }
  if (node.type === 'MemberExpression') return { type: 'Identifier', value: ' undefined' }
  if (node.type !== 'FilterExpression') return undefined
  const { filter } = node as { filter?: SyntaxNode & { callee?: SyntaxNode } }
  const name = String(filter?.callee?.value ?? filter?.value)
  if (name === 'length' || name === 'count') return { type: 'IntegerLiteral', value: 0 }
  if (['trim', 'string', 'lower', 'upper', 'title', 'capitalize', 'replace', 'indent', 'safe', 'join'].includes(name)) {
    return { type: 'StringLiteral', value: '' }
  }
  if (['list', 'items', 'sort', 'unique', 'reverse', 'map', 'selectattr', 'rejectattr', 'dictsort'].includes(name)) {
    return { type: 'ArrayLiteral', value: [] }
  }
  return undefined
}
