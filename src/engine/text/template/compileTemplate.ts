import vm from 'node:vm'
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja'
import { SanjhaError } from '../../../core/index.ts'
import { type TemplateLimits, templateLimits } from './limits.ts'
import { strftime } from './strftime.ts'

/** Values a template sees. Only JSON-like data; `undefined` means: not defined. */
export type TemplateVariables = Readonly<Record<string, unknown>>

export interface CompiledTemplate {
  /** @throws SanjhaError `invalid_request` when the template refuses the chat, `invalid_file` when it is faulty or breaks a limit. */
  render(variables: TemplateVariables): string
}

// The package's declarations import each other without file extensions, which this project's module resolution cannot
// follow; so the few members that are used are described here.
interface Value {
  readonly value: unknown
}
interface Scope {
  set(name: string, value: unknown): unknown
}
interface SyntaxNode {
  readonly type: string
  readonly value?: unknown
}
interface Evaluator {
  evaluate(statement: unknown, scope: Scope): Value
  run(program: unknown): Value
}
const BaseInterpreter = Interpreter as unknown as new (scope: Scope) => Evaluator
const newScope = (): Scope => new (Environment as unknown as new () => Scope)()

/** The template said `raise_exception`. */
class Refused extends Error {}
class LimitBroken extends Error {}

interface Budget {
  steps: number
  stringLength: number
  limits: TemplateLimits
}

class BoundedInterpreter extends BaseInterpreter {
  readonly #budget: Budget
  #depth = 0

  constructor(scope: Scope, budget: Budget) {
    super(scope)
    this.#budget = budget
  }

  #evaluate(node: SyntaxNode, scope: Scope): Value {
    try {
      return super.evaluate(node, scope)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.endsWith('UndefinedValue')) throw error
      const instead = emptyInstead(node)
      if (instead === undefined) throw error
      return super.evaluate(instead, scope)
    }
  }

  override evaluate(statement: unknown, scope: Scope): Value {
    const { limits } = this.#budget
    if (--this.#budget.steps < 0) throw new LimitBroken('it needs too many steps')
    if (++this.#depth > limits.depth) throw new LimitBroken('it is nested too deeply')
    try {
      const result = this.#evaluate(statement as SyntaxNode, scope)
      const { value } = result
      if (typeof value === 'string' && value.length > this.#budget.stringLength) {
        throw new LimitBroken('its output is too long')
      }
      if (Array.isArray(value) && value.length > limits.listLength) throw new LimitBroken('it builds too long a list')
      return result
    } finally {
      this.#depth--
    }
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

/** `range` with a limit on its length, checked before the list is made. */
function boundedRange(limit: number): (...args: unknown[]) => number[] {
  return (...args) => {
    const numbers = args.filter((value): value is number => typeof value === 'number')
    const [start, stop, step] =
      numbers.length === 1 ? [0, numbers[0]!, 1] : [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 1]
    const length = Math.max(0, Math.ceil((stop - start) / step))
    if (!Number.isFinite(length)) throw new Error('range() needs a step other than 0')
    if (length > limit) throw new LimitBroken('it builds too long a list')
    return Array.from({ length }, (_, index) => start + index * step)
  }
}

/** A rough size of the input in characters, which the output may exceed only by a factor. */
function sizeOf(value: unknown, depth = 0): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 8
  if (depth > 200) throw new SanjhaError('invalid_request', 'The request is nested too deeply: at most 200 levels.')
  let size = 2
  for (const [key, member] of Object.entries(value)) size += key.length + sizeOf(member, depth + 1)
  return size
}

/**
 * Indentation widths must be literals: a computed one could ask for gigabytes of spaces inside a single filter, where
 * the interpreter's own checks come too late.
 */
function checkIndents(node: unknown): void {
  if (typeof node !== 'object' || node === null) return
  if (Array.isArray(node)) {
    for (const member of node) checkIndents(member)
    return
  }
  if (node instanceof Map) {
    for (const [key, member] of node) {
      checkIndents(key)
      checkIndents(member)
    }
    return
  }
  const { type, callee, args } = node as {
    type?: string
    callee?: { value?: unknown }
    args?: { type: string; value: unknown; key?: { value: unknown } }[]
  }
  if (type === 'CallExpression' && (callee?.value === 'indent' || callee?.value === 'tojson')) {
    for (const argument of args ?? []) {
      const isKeyword = argument.type === 'KeywordArgumentExpression'
      if (callee.value === 'tojson' && argument.type !== 'KeywordSpreadExpression') {
        if (!isKeyword || argument.key?.value !== 'indent') continue
      }
      const literal = (isKeyword ? argument.value : argument) as { type: string; value: unknown }
      const isSmall = typeof literal.value === 'number' && Math.abs(literal.value) <= 16
      const isPlain = ['Identifier', 'StringLiteral'].includes(literal.type) && callee.value === 'indent' && isKeyword
      const isNone =
        literal.type === 'Identifier' &&
        ['none', 'None', 'true', 'false', 'True', 'False'].includes(String(literal.value))
      if (!isSmall && !isNone && !(isPlain && argument.key?.value !== 'width')) {
        throw new LimitBroken('it indents by more than 16 columns, or by a computed width')
      }
    }
  }
  for (const member of Object.values(node)) checkIndents(member)
}

// `vm` is used for its timeout alone, which also interrupts long loops inside built-in functions. It is not a sandbox
// and none is needed: what runs in it is the interpreter, not the template.
let sandbox: vm.Context | undefined
const entry = new vm.Script('run()')

function withTimeout<T>(milliseconds: number, run: () => T): T {
  sandbox ??= vm.createContext({})
  const context = sandbox as { run?: () => void }
  let result: { value: T } | undefined
  context.run = () => {
    result = { value: run() }
  }
  try {
    entry.runInContext(sandbox, { timeout: milliseconds })
  } finally {
    delete context.run
  }
  return result!.value
}

function explain(error: unknown): SanjhaError {
  if (SanjhaError.is(error)) return error
  if (error instanceof Refused) {
    return new SanjhaError('invalid_request', `The model’s chat template refuses this conversation: ${error.message}`, {
      param: 'messages',
    })
  }
  const timedOut = (error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  const reason =
    error instanceof RangeError
      ? 'it is nested too deeply or its output is too long'
      : timedOut
        ? 'it takes too long'
        : error instanceof Error
          ? error.message
          : String(error)
  return new SanjhaError('invalid_file', `The model’s chat template cannot be used: ${reason}.`, {
    cause: error,
    hint: 'Give the model another template, or use another model.',
  })
}

/**
 * Reads a Jinja chat template.
 * @param now the clock of `strftime_now`.
 * @throws SanjhaError `invalid_file` when it is no template, or too large.
 */
export function compileTemplate(
  source: string,
  now: () => Date = () => new Date(),
  limits: TemplateLimits = templateLimits,
): CompiledTemplate {
  if (source.length > limits.templateLength) {
    throw new SanjhaError(
      'invalid_file',
      `The model’s chat template is ${source.length} characters long; at most ${limits.templateLength} are read.`,
    )
  }
  let program: unknown
  try {
    program = withTimeout(limits.milliseconds, () => {
      const parsed = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }))
      checkIndents(parsed)
      return parsed
    })
  } catch (error) {
    throw explain(error)
  }
  const globals: Readonly<Record<string, unknown>> = {
    true: true,
    True: true,
    false: false,
    False: false,
    none: null,
    None: null,
    range: boundedRange(Math.min(limits.listLength, 10_000)),
    strftime_now: (format: unknown) => strftime(now(), String(format)),
    raise_exception: (message: unknown) => {
      throw new Refused(String(message))
    },
  }
  return {
    render(variables) {
      try {
        const scope = newScope()
        for (const [name, value] of Object.entries(globals)) scope.set(name, value)
        for (const [name, value] of Object.entries(variables)) if (value !== undefined) scope.set(name, value)
        const members = [variables['messages'], variables['tools']].reduce<number>(
          (count, list) => count + (Array.isArray(list) ? list.length : 0),
          0,
        )
        const budget = {
          steps: limits.steps + limits.stepsPerMessage * members,
          stringLength: limits.stringLength + limits.growth * sizeOf(variables),
          limits,
        }
        return withTimeout(limits.milliseconds, () => String(new BoundedInterpreter(scope, budget).run(program).value))
      } catch (error) {
        throw explain(error)
      }
    },
  }
}
