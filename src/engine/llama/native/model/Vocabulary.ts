import { SanjhaError } from '../../../../core/index.ts'
import type { NativeApi, Pointer } from '../bindings/nativeApi.ts'

const noBytes = new Uint8Array(0)

/** Turns of a chat begin and end with these; a model that writes one in an answer means nothing by it. */
const turnMarker =
  /^<\|?(im_start|im_end|im_sep|start_of_role|end_of_role|begin_of_text|end_of_text|endoftext|start_header_id|end_header_id|eot_id|eom_id|start_of_turn|end_of_turn|bos|eos|s|\/s|pad|unk|user|assistant|system|end)\|?>$/

/** Bytes. Turning so many into tokens takes seconds, during which nobody else is served; no context holds more. */
const longestText = 4 * 2 ** 20

/** Tokens and text of one model. Token ids given to it are checked, because a wrong one aborts native code. */
export class Vocabulary {
  readonly size: number
  readonly bos: number
  readonly eos: number
  readonly addBos: boolean
  readonly pointer: Pointer
  readonly #api: NativeApi
  readonly #pieces = new Map<number, Uint8Array>()
  readonly #buffer = new Uint8Array(1024)

  constructor(api: NativeApi, pointer: Pointer) {
    this.#api = api
    this.pointer = pointer
    this.size = api.vocabTokens(pointer)
    this.bos = api.vocabBos(pointer)
    this.eos = api.vocabEos(pointer)
    this.addBos = api.vocabAddBos(pointer)
  }

  /**
   * Errors: `context_length_exceeded` for a text that would hold up everybody else.
   * @param special parse special tokens in the text
   * @param addSpecial add the beginning (and ending) tokens as the model wants them for a prompt
   */
  tokenize(text: string, special: boolean, addSpecial: boolean): number[] {
    const bytes = new TextEncoder().encode(text)
    if (bytes.length > longestText) {
      throw new SanjhaError(
        'context_length_exceeded',
        `A text of ${bytes.length} bytes is longer than what is turned into tokens at once (${longestText} bytes).`,
        { hint: 'Shorten the text, or send it in parts.' },
      )
    }
    let into = new Int32Array(Math.max(16, Math.ceil(bytes.length / 2) + 8))
    let count = this.#api.tokenize(this.pointer, bytes, into, addSpecial, special)
    if (count < 0) {
      if (count === -(2 ** 31))
        throw new SanjhaError('invalid_request', 'The text is too long to be turned into tokens.')
      into = new Int32Array(-count)
      count = this.#api.tokenize(this.pointer, bytes, into, addSpecial, special)
    }
    return Array.from(into.subarray(0, count))
  }

  /** The bytes a token stands for: a part of a character, or nothing for a control token unless `special`. */
  bytes(token: number, special = false): Uint8Array {
    const key = special ? token + this.size : token
    let bytes = this.#pieces.get(key)
    if (bytes === undefined) {
      bytes = this.#piece(token, special)
      this.#pieces.set(key, bytes)
    }
    return bytes
  }

  #piece(token: number, special: boolean): Uint8Array {
    const length = this.#api.tokenToPiece(this.pointer, token, this.#buffer, special)
    if (length >= 0) return this.#buffer.slice(0, length)
    const into = new Uint8Array(-length)
    return into.slice(0, Math.max(0, this.#api.tokenToPiece(this.pointer, token, into, special)))
  }

  /**
   * The bytes of a token of an answer. Control tokens that mark tool calls or thinking are shown to the parser, those
   * that mark turns are not.
   */
  answerBytes(token: number): Uint8Array {
    if (!this.#api.vocabIsControl(this.pointer, token)) return this.bytes(token, true)
    return turnMarker.test(this.text(token)) ? noBytes : this.bytes(token, true)
  }

  detokenize(tokens: readonly number[], special: boolean): string {
    this.check(tokens, 'tokens')
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    return (
      tokens.map((token) => decoder.decode(this.bytes(token, special), { stream: true })).join('') + decoder.decode()
    )
  }

  /** The text of a special token, e.g. `<s>`; empty for −1. */
  text(token: number): string {
    return token < 0 || token >= this.size ? '' : (this.#api.vocabText(this.pointer, token) ?? '')
  }

  isEnd(token: number): boolean {
    return this.#api.vocabIsEog(this.pointer, token)
  }

  /** Errors: `invalid_request` when one is not a token of this model. */
  check(tokens: readonly number[], param: string): void {
    for (const token of tokens) {
      if (!Number.isInteger(token) || token < 0 || token >= this.size) {
        throw new SanjhaError('invalid_request', `${token} is not a token of this model (0 to ${this.size - 1}).`, {
          param,
        })
      }
    }
  }
}
