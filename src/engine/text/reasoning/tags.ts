export interface ReasoningTags {
  readonly open: string
  readonly close: string
  /** Texts around the answer behind the reasoning, which are no part of it. */
  readonly answerOpen?: readonly string[]
  readonly answerClose?: string
}

/** How a model of this template marks what it thinks; undefined when it does not. */
export function detectReasoning(template: string): ReasoningTags | undefined {
  if (template.includes('<|channel|>analysis')) {
    return {
      open: '<|channel|>analysis<|message|>',
      close: '<|end|>',
      answerOpen: ['<|start|>assistant<|channel|>final<|message|>', '<|channel|>final<|message|>'],
    }
  }
  if (template.includes('[THINK]')) return { open: '[THINK]', close: '[/THINK]' }
  if (template.includes('<think>') || template.includes('</think>')) {
    return {
      open: '<think>',
      close: '</think>',
      ...(template.includes('<response>') && { answerOpen: ['<response>'], answerClose: '</response>' }),
    }
  }
  return undefined
}

/** Does the prompt end inside the reasoning, because the template opened it? */
export function endsInside(prompt: string, tags: ReasoningTags): boolean {
  return prompt.trimEnd().endsWith(tags.open)
}

/** Did the template itself close the reasoning, so that the model does not think? */
export function endsClosed(prompt: string, tags: ReasoningTags): boolean {
  return prompt.trimEnd().endsWith(tags.close)
}
