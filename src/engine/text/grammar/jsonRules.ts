import type { RuleSet } from './gbnf.ts'
import { charBody } from './stringRules.ts'

/**
 * The rules of plain JSON, made on demand. White space is allowed where `JSON.stringify` puts it, with or without
 * indentation, but never so much that a model could write it without end.
 */
export class JsonRules {
  readonly #rules: RuleSet
  readonly #made = new Map<string, string>()

  constructor(rules: RuleSet) {
    this.#rules = rules
  }

  #once(name: string, body: () => string): string {
    const known = this.#made.get(name)
    if (known !== undefined) return known
    const reserved = this.#rules.reserve(name)
    this.#made.set(name, reserved)
    this.#rules.define(reserved, body())
    return reserved
  }

  readonly space = (): string => this.#once('space', () => '"" | " " | "\\n" [ \\t]{0,20}')
  readonly char = (): string => this.#once('char', () => charBody)
  readonly string = (): string => this.#once('string', () => `"\\"" ${this.char()}* "\\""`)
  readonly integer = (): string => this.#once('integer', () => '"-"? ("0" | [1-9] [0-9]{0,15})')
  readonly number = (): string =>
    // As many digits as `JSON.stringify` writes before it turns to an exponent.
    this.#once('number', () => '"-"? ("0" | [1-9] [0-9]{0,20}) ("." [0-9]{1,24})? ([eE] [-+]? [0-9]{1,3})?')
  readonly boolean = (): string => this.#once('boolean', () => '"true" | "false"')
  readonly null = (): string => this.#once('null', () => '"null"')
  readonly object = (): string =>
    this.#once('object', () => {
      const space = this.space()
      const member = `${this.string()} ":" ${space} ${this.value()}`
      return `"{" ${space} (${member} ("," ${space} ${member})* ${space})? "}"`
    })
  readonly array = (): string =>
    this.#once('array', () => {
      const space = this.space()
      return `"[" ${space} (${this.value()} ("," ${space} ${this.value()})* ${space})? "]"`
    })
  readonly value = (): string =>
    this.#once(
      'value',
      () =>
        `${this.object()} | ${this.array()} | ${this.string()} | ${this.number()} | ${this.boolean()} | ${this.null()}`,
    )
}
