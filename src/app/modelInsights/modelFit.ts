import { type Config, formatBytes } from '../../core/index.ts'
import { estimateFit, kvTypeShare } from '../../engine/index.ts'
import type { ModelFit } from './contract.ts'

export interface FitQuestion {
  readonly weightsBytes: number
  /** At 16 bit; null where the header has not been seen. */
  readonly contextBytesPerToken: number | null
  readonly contextLength: number | null
  /** Whether the embedded engine runs files of this kind; else what it is, for the sentence. */
  readonly wrongFormat: string | null
  /** The header was read; else the numbers are a guess from the size. */
  readonly isMeasured: boolean
}

/** Whether a model could be loaded here, by the same numbers by which the pool admits it. */
export function modelFit(
  question: FitQuestion,
  availableBytes: number,
  engine: Pick<Config['engine'], 'kvType' | 'contextLength'>,
): ModelFit {
  const { weightsBytes, contextLength, isMeasured, wrongFormat } = question
  const perToken = question.contextBytesPerToken
  const size = {
    weightsBytes,
    contextBytesPerToken: perToken === null ? null : perToken * kvTypeShare[engine.kvType],
    contextLength,
  }
  const asked =
    engine.contextLength === null ? undefined : Math.min(engine.contextLength, contextLength ?? engine.contextLength)
  const { fits, need, contextLength: chosen, largestContext } = estimateFit(size, availableBytes, asked)
  const base = {
    needBytes: need.totalBytes,
    availableBytes,
    contextLength: chosen,
    largestContext: isMeasured ? largestContext : null,
  }
  const bytes = (value: number): string => formatBytes(value, 'binary')
  if (wrongFormat !== null) {
    const reason = `It is in ${wrongFormat} format, which the embedded engine does not run.`
    return { ...base, fits: false, reason, reasonCode: 'wrong_format' }
  }
  if (!fits) {
    const reason = `It needs about ${bytes(need.totalBytes)} with ${chosen} tokens of context; models may take ${bytes(availableBytes)} here now.`
    return { ...base, fits: false, reason, reasonCode: 'too_large' }
  }
  if (isMeasured) return { ...base, fits: true, reason: null, reasonCode: null }
  const reason = 'Estimated from the size of the file; its header says more once the model is here.'
  return { ...base, fits: true, reason, reasonCode: 'estimated_from_size' }
}
