/** What the server said was wrong, in the form that all of its own API's errors have. */
export interface ErrorFacts {
  readonly code: string
  readonly message: string
  readonly status: number
  readonly retryable: boolean
  readonly hint?: string
  /** What of the request is at fault. */
  readonly param?: string
}

/** A failed request. `code` is one of the server's, or `unreachable` where nothing answered. */
export class LabError extends Error {
  override readonly name = 'LabError'
  readonly facts: ErrorFacts

  constructor(facts: ErrorFacts) {
    super(facts.message)
    this.facts = facts
  }

  static from(error: unknown): LabError {
    if (error instanceof LabError) return error
    const message = error instanceof Error ? error.message : String(error)
    return new LabError({ code: 'unreachable', message, status: 0, retryable: true })
  }
}
