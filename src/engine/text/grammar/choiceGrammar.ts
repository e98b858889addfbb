import { SanjhaError } from '../../../core/index.ts'
import { literal } from './gbnf.ts'

/**
 * GBNF that allows exactly these texts. Errors: `invalid_request` when there is none, or for one that no model can write:
 * half of a surrogate pair is no character, and llama.cpp takes NUL for the end of a token.
 */
export function choiceGrammar(choices: readonly string[]): string {
  const refuse = (why: string): never => {
    throw new SanjhaError('invalid_request', `The choices are not usable: ${why}.`, { param: 'structured_outputs' })
  }
  if (choices.length === 0) refuse('there is none')
  for (const text of choices) {
    if (!text.isWellFormed() || text.includes('\0')) {
      refuse(`${JSON.stringify(text)} holds a character that no model can write`)
    }
  }
  return `root ::= ${choices.map(literal).join(' | ')}\n`
}
