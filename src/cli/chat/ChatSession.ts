import type {
  ChatMessage,
  FinishReason,
  GenerateRequest,
  OutputFormat,
  Part,
  Sampling,
  ToolCall,
  Usage,
} from '../../engine/index.ts'

/** Whatever answers: the pipeline in this process or a running server. */
export interface ChatTarget {
  readonly model: string
  generate(request: GenerateRequest, signal: AbortSignal): AsyncIterable<Part>
}

export interface ChatSettings {
  /** Undefined: the model's tested default. */
  system?: string
  sampling: Sampling
  maxTokens?: number
  format?: OutputFormat
  thinking?: boolean
}

export interface Answer {
  readonly text: string
  readonly reasoning: string
  readonly toolCalls: readonly ToolCall[]
  readonly finishReason: FinishReason
  readonly usage: Usage
}

/** A conversation: what was said so far and the settings for what comes. */
export class ChatSession {
  readonly target: ChatTarget
  readonly settings: ChatSettings
  #messages: ChatMessage[] = []

  constructor(target: ChatTarget, settings: ChatSettings) {
    this.target = target
    this.settings = settings
  }

  /** Without the system prompt. */
  get messages(): readonly ChatMessage[] {
    return this.#messages
  }

  clear(): void {
    this.#messages = []
  }

  restore(messages: readonly ChatMessage[]): void {
    this.#messages = messages.filter((message) => message.role !== 'system')
  }

  /**
   * Asks, hands every part to `onPart` as it comes, and keeps question and answer. An answer that was cut off by an abort
   * is kept as far as it came, so that "go on" means something; a failed question is forgotten.
   */
  async ask(text: string, signal: AbortSignal, onPart: (part: Part) => void): Promise<Answer | undefined> {
    const question: ChatMessage = { role: 'user', content: [{ type: 'text', text }] }
    const answer = { text: '', reasoning: '', toolCalls: [] as { id: string; name: string; arguments: string }[] }
    let finish: Extract<Part, { type: 'finish' }> | undefined
    try {
      for await (const part of this.target.generate(this.#request(question), signal)) {
        onPart(part)
        if (part.type === 'text') answer.text += part.text
        else if (part.type === 'reasoning') answer.reasoning += part.text
        else if (part.type === 'tool-call') {
          answer.toolCalls[part.index] ??= { id: part.id, name: part.name, arguments: '' }
          const call = answer.toolCalls[part.index]
          if (call !== undefined) call.arguments += part.argumentsDelta
        } else finish = part
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
    if (answer.text !== '' || answer.toolCalls.length > 0) {
      this.#messages.push(question, {
        role: 'assistant',
        content: [{ type: 'text', text: answer.text }],
        ...(answer.toolCalls.length > 0 && { toolCalls: answer.toolCalls }),
      })
    }
    return finish && { ...answer, finishReason: finish.reason, usage: finish.usage }
  }

  #request(question: ChatMessage): GenerateRequest {
    const { system, sampling, maxTokens, format, thinking } = this.settings
    const messages: ChatMessage[] = [...this.#messages, question]
    if (system !== undefined) messages.unshift({ role: 'system', content: [{ type: 'text', text: system }] })
    return {
      input: { type: 'chat', messages, ...(thinking !== undefined && { thinking }) },
      sampling,
      ...(maxTokens !== undefined && { maxTokens }),
      ...(format !== undefined && { format }),
    }
  }
}
