import vm from 'node:vm'
import { parse, tokenize } from '@huggingface/jinja'
import { SanjhaError } from '../../../core/index.ts'
import { BoundedInterpreter, LimitBroken, newScope } from './BoundedInterpreter.ts'
import { type TemplateLimits, templateLimits } from './limits.ts'
import { strftime } from './strftime.ts'

/** Values a template sees. Only JSON-like data; `undefined` means: not defined. */
export type TemplateVariables = Readonly<Record<string, unknown>>

export interface CompiledTemplate {
  /** @throws SanjhaError `invalid_request` when the template refuses the chat, `invalid_file` when it is faulty or breaks a limit. */
  render(variables: TemplateVariables): string
}

/** The template said `raise_exception`. */
class Refused extends Error {}

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

// Reading a template has no steps to count, so it runs under the timeout of `vm`, once per model (the timeout starts a
// thread, which would be slow for every chat). This is no sandbox, and none is needed: it is the parser that runs in it.
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
        const interpreter = new BoundedInterpreter(scope, {
          steps: limits.steps + limits.stepsPerMessage * members,
          stringLength: limits.stringLength + limits.growth * sizeOf(variables),
          deadline: performance.now() + limits.milliseconds,
          limits,
        })
        return String(interpreter.run(program).value)
      } catch (error) {
        throw explain(error)
      }
    },
  }
}
