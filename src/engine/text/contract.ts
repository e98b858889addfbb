/**
 * What lies between messages and text: a chat becomes a prompt, and what the model writes becomes parts again. Pure
 * functions and small state machines; nothing here knows a token id or a native library.
 */
import type { GenerateInput, OutputFormat } from '../contract.ts'

export type ChatInput = Extract<GenerateInput, { type: 'chat' }>

/** A piece of a model's answer: the parts of the engine contract without `finish` and log-probabilities. */
export type Piece =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  | {
      readonly type: 'tool-call'
      readonly index: number
      readonly id: string
      readonly name: string
      readonly argumentsDelta: string
    }

/** Reads a model's answer as it arrives. Any split of the same text gives the same pieces when joined. */
export interface OutputParser {
  push(text: string): Piece[]
  /** The answer is over: whatever was held back comes out. */
  end(): Piece[]
}

export interface Grammar {
  /** The start rule is `root`. */
  readonly gbnf: string
  /** Present: the grammar sleeps until one of these words was generated, and then reads from that word on. */
  readonly lazy?: { readonly triggerWords: readonly string[] }
}

export interface RenderedChat {
  /** Special tokens in it are to be parsed. It never begins with the beginning-of-sequence token: see `bos`. */
  readonly prompt: string
  /** The template wrote a beginning-of-sequence token. Where this or the vocabulary asks for one, add exactly one. */
  readonly bos: boolean
  /**
   * Parts of the prompt (UTF-16 positions, from inclusive, to exclusive, in order) in which a user or a tool wrote what
   * looks like special tokens: these are to be tokenized as plain text.
   */
  readonly literals: readonly (readonly [from: number, to: number])[]
  /** Texts that end the model's turn, besides its end tokens. */
  readonly stop: readonly string[]
  readonly grammar?: Grammar
  newParser(): OutputParser
}

export interface ChatFormat {
  /**
   * Turns a chat into a prompt.
   * @throws SanjhaError `invalid_request` for messages that the template refuses or a schema that cannot be enforced,
   *   `unsupported` for images, `invalid_file` for a template that breaks the limits of `template/limits.ts`.
   */
  render(input: ChatInput, options?: { readonly format?: OutputFormat }): RenderedChat
  readonly supportsTools: boolean
  readonly supportsThinking: boolean
  /** The tool-call family, and where the template came from when the model has none. For people. */
  readonly family: string
}

export interface ChatFormatOptions {
  /** The model's own Jinja template; null when it has none. */
  readonly template: string | null
  readonly bosToken: string
  readonly eosToken: string
  /** `general.architecture` of the GGUF header: chooses the default where the model has no template. */
  readonly architecture: string
  /** For error messages. */
  readonly modelName?: string
  /** Used when a chat brings no system message. The empty string: none, not even the template's own. */
  readonly defaultSystem?: string
  /** The clock of templates that write today's date. */
  readonly now?: () => Date
}
