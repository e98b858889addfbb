import type { ModelFormat } from '../contract.ts'
import type { ByteSource } from './ByteSource.ts'

/** A value of a header. Arrays too long to be of use to a person are given by type and length. */
export type MetadataValue =
  | string
  | number
  | boolean
  | readonly MetadataValue[]
  | { readonly array: string; readonly length: number }

export interface TensorInfo {
  readonly name: string
  /** The format's own name, e.g. `Q4_K` or `BF16`. */
  readonly type: string
  /** As written in the file. */
  readonly shape: readonly number[]
  /** Bytes from the beginning of the file. */
  readonly offset: number
  readonly bytes: number
}

export interface TokenizerFacts {
  /** `gpt2`, `llama`, `bert`, … */
  readonly model: string
  readonly pre: string | null
  readonly vocabularySize: number | null
  readonly bos: number | null
  readonly eos: number | null
}

/** What a header says about a model. Null where it does not say. */
export interface ModelFacts {
  readonly architecture: string | null
  readonly name: string | null
  /** SPDX id or `LicenseRef-…`. */
  readonly license: string | null
  /** Sum of the elements of all tensors. */
  readonly parameters: number
  /** The same without token embeddings and output head. */
  readonly nonEmbeddingParameters: number
  readonly quantization: string | null
  /** Tokens. */
  readonly contextLength: number | null
  readonly embeddingLength: number | null
  readonly layers: number | null
  /** Keys and values of all layers at 16 bit, per token. */
  readonly contextBytesPerToken: number | null
  /** What the number above leaves out, e.g. that layers with a sliding window stop growing. */
  readonly contextNote: string | null
  /** Jinja chat template. */
  readonly template: string | null
  readonly tokenizer: TokenizerFacts | null
}

export interface ModelHeader {
  readonly format: ModelFormat
  readonly endianness: 'little' | 'big'
  /** Version of the format, where it has one. */
  readonly version: number | null
  readonly metadata: Readonly<Record<string, MetadataValue>>
  readonly tensors: readonly TensorInfo[]
  /** This file's place among several that make one model; null when it is alone. */
  readonly split: { readonly index: number; readonly count: number; readonly tensors: number | null } | null
}

/** A file format of weights. Adding one: a folder beside the others, a line in `formats.ts`, and it passes the contract suite. */
export interface ModelFormatReader {
  readonly format: ModelFormat
  /** True when a file that begins with these (at least 16, fewer if the file is shorter) bytes is of this format. */
  matches(head: Uint8Array): boolean
  /** Reads and checks a header. Loads no weights. Errors: `invalid_file`, and nothing else for any bytes whatever. */
  read(source: ByteSource): Promise<ModelHeader>
  /**
   * What the headers of a model's files say together.
   * @param headers in order; more than one for a split model
   * @param config the contents of `config.json` and the like beside the weights, where there are any
   */
  facts(headers: readonly ModelHeader[], config: Readonly<Record<string, unknown>>): ModelFacts
}
