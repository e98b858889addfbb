/** What a model needs in memory once it is loaded. Bytes. */
export interface MemoryNeed {
  readonly weightsBytes: number
  /** Keys and values of the whole context. */
  readonly contextBytes: number
  /** Working memory of the computation, and the engine's process itself. */
  readonly overheadBytes: number
  readonly totalBytes: number
}

/** What the estimate is made from. */
export interface ModelSize {
  readonly weightsBytes: number
  /** null: not known, then a guess from the weights is used. */
  readonly contextBytesPerToken: number | null
  /** Tokens the model was made for; null when it does not say. */
  readonly contextLength: number | null
}

const MiB = 1024 ** 2

/**
 * A process of Node with the native libraries and llama.cpp's buffers; measured at 200 MiB with a small model, the share
 * of its weights included, where huge pages make whole what is touched in part.
 */
const processBytes = 176 * MiB

/** Share of the weights that the computation's buffers cost besides; they grow with the model's width as weights do. */
const computeShare = 0.05

/** A second context for requests whose result must not depend on others (a seed, `score`); longer only if one asks. */
const exactContext = 4096

/** What idle chats have evaluated is kept outside of the context, so many tokens at most. */
const shelf = 8192

/** Less context than this is of no use to a chat, so it is not chosen by itself. */
export const smallestUsefulContext = 2048

/** A context of this many tokens is always tried to be given, whatever share of the memory it takes. */
export const ordinaryContext = 8192

/** More context than the ordinary one may take this share of the budget: it is set aside whether it is used or not. */
const contextShare = 1 / 8

/** How keys and values of the context may be stored, and what share of 16 bit that takes (blocks of 32 values and their scale). */
export const kvTypeShare: Readonly<Record<'f16' | 'q8_0' | 'q4_0', number>> = { f16: 1, q8_0: 34 / 64, q4_0: 18 / 64 }

/**
 * The memory a model needs with a context of so many tokens, which all requests share.
 * Formula: weights + (tokens + those of the exact context + those kept of idle chats) × bytes per token + (process + 5 % of the weights, at least 32 MiB).
 */
export function memoryNeed(model: ModelSize, contextLength: number): MemoryNeed {
  const besides = Math.min(contextLength, exactContext) + Math.min(contextLength, shelf)
  const contextBytes = Math.ceil((contextLength + besides) * bytesPerToken(model))
  const overheadBytes = Math.ceil(processBytes + Math.max(32 * MiB, model.weightsBytes * computeShare))
  return {
    weightsBytes: model.weightsBytes,
    contextBytes,
    overheadBytes,
    totalBytes: model.weightsBytes + contextBytes + overheadBytes,
  }
}

/**
 * The context a model gets when nobody says: its own length, but no more than an eighth of the budget or 8,192 tokens,
 * whichever is more, and no more than fits into `freeBytes`. At least 2,048 tokens (or the model's own length if that is
 * less) even if they do not fit: the caller then refuses with the numbers. A multiple of 256 when it was cut.
 */
export function chooseContext(model: ModelSize, budgetBytes: number, freeBytes: number): number {
  const own = model.contextLength ?? ordinaryContext
  const ordinary = Math.max(ordinaryContext, contextWithin(model, budgetBytes * contextShare))
  const fitting = contextWithin(model, freeBytes - memoryNeed(model, 0).totalBytes)
  const chosen = Math.max(Math.min(own, smallestUsefulContext), Math.min(own, ordinary, fitting))
  return chosen >= own ? own : Math.floor(chosen / 256) * 256
}

/** Will a model fit, and with how much context, for `show` and `doctor`. */
export interface Fit {
  readonly fits: boolean
  readonly need: MemoryNeed
  readonly contextLength: number
  readonly availableBytes: number
  /** The longest context that fits, at most the model's own; 0 when not even the weights do. */
  readonly largestContext: number
}

/** Estimates whether a model fits into `availableBytes` with `contextLength` tokens (absent: the usual choice). */
export function estimateFit(model: ModelSize, availableBytes: number, contextLength?: number): Fit {
  const length = contextLength ?? chooseContext(model, availableBytes, availableBytes)
  const need = memoryNeed(model, length)
  const room = contextWithin(model, availableBytes - memoryNeed(model, 0).totalBytes)
  const largest = Math.min(model.contextLength ?? Number.POSITIVE_INFINITY, room)
  return {
    fits: need.totalBytes <= availableBytes,
    need,
    contextLength: length,
    availableBytes,
    largestContext: Math.max(0, Math.floor(largest)),
  }
}

/** The longest context that takes so many bytes at most: the inverse of `contextBytes`. */
function contextWithin(model: ModelSize, bytes: number): number {
  const tokens = bytes / bytesPerToken(model)
  if (tokens <= 3 * exactContext) return tokens / 3
  return tokens <= 2 * shelf + exactContext ? (tokens - exactContext) / 2 : tokens - exactContext - shelf
}

/** Where the header does not say: small models cost about 1/10,000 of their weights per token of context, large ones less. */
function bytesPerToken(model: ModelSize): number {
  return model.contextBytesPerToken ?? Math.max(8 * 1024, model.weightsBytes / 10_000)
}
