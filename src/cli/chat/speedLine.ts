import { formatDuration } from '../../core/index.ts'
import type { Usage } from '../../engine/index.ts'

/** `42 tokens, 98.3 tokens/s · prompt 31 tokens (20 cached) · first token after 120ms`. */
export function speedLine(usage: Usage): string {
  const parts: string[] = []
  const timings = usage.timings
  const speed =
    timings && timings.generationMs > 0
      ? `, ${((1000 * usage.completionTokens) / timings.generationMs).toFixed(1)} tokens/s`
      : ''
  parts.push(`${usage.completionTokens} tokens${speed}`)
  parts.push(`prompt ${usage.promptTokens} tokens${usage.cachedTokens > 0 ? ` (${usage.cachedTokens} cached)` : ''}`)
  if (timings) parts.push(`first token after ${formatDuration(timings.timeToFirstTokenMs)}`)
  if (usage.draftTokens > 0) parts.push(`${usage.acceptedTokens} of ${usage.draftTokens} guessed tokens held`)
  return parts.join(' · ')
}
