import { SanjhaError } from '../../core/index.ts'
import type { FinishReason, ToolCall } from '../../engine/index.ts'

/** A call whose arguments are read. */
export interface ReadCall {
  readonly id: string
  readonly name: string
  readonly input: unknown
}

/**
 * Reads the arguments of an answer's calls. When the answer was cut inside the last one, that one is left out: it is no
 * call that anybody may run, and the answer's reason tells. Errors: `upstream_error` when the model wrote no JSON.
 */
export function readCalls(
  calls: readonly ToolCall[],
  end: { readonly reason: FinishReason; readonly stopSequence?: string | undefined },
): ReadCall[] {
  const isCut = (end.reason !== 'stop' && end.reason !== 'tool-calls') || end.stopSequence !== undefined
  return calls.flatMap((call, position) => {
    const mayBeCut = isCut && position === calls.length - 1
    const text = call.arguments.trim()
    if (text === '' && mayBeCut) return []
    try {
      return [{ id: call.id, name: call.name, input: text === '' ? {} : (JSON.parse(text) as unknown) }]
    } catch (error) {
      if (mayBeCut) return []
      throw new SanjhaError('upstream_error', 'The model called a tool with arguments that are no JSON.', {
        cause: error,
        hint: 'Try again, ask for fewer tools at once, or allow more tokens.',
        details: { arguments: call.arguments },
      })
    }
  })
}
