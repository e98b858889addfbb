/** A remote engine, as people see it; its key never. */
export interface RemoteState {
  /** Models of this remote are called `NAME/MODEL`. */
  readonly name: string
  readonly baseUrl: string
  /** Where its key is; null where it needs none. */
  readonly key: { readonly from: 'env' | 'file'; readonly name: string; readonly isThere: boolean } | null
  /** Only these models; null: all that it lists. */
  readonly models: readonly string[] | null
  /** Whether it stands in the user's file, from which it can be removed here. */
  readonly removable: boolean
}

export interface NewRemote {
  readonly name: string
  /** Up to and with the version, e.g. `http://127.0.0.1:8000/v1`. */
  readonly baseUrl: string
  readonly apiKey?: string
}

/** What is the matter with an endpoint. */
export type RemoteProblem =
  | 'unknown_host'
  | 'unreachable'
  | 'timeout'
  | 'certificate'
  | 'refused_address'
  | 'key_missing'
  | 'key_refused'
  | 'no_api'
  | 'failed'

export interface RemoteTest {
  readonly ok: boolean
  /** Null when it answers as it should. */
  readonly problem: RemoteProblem | null
  /** In words. */
  readonly message: string
  readonly hint: string | null
  /** The models that it lists. */
  readonly models: readonly string[]
}

/** What to test: one that is configured, or one that may come to be. */
export type RemoteQuestion = { readonly name: string } | { readonly baseUrl: string; readonly apiKey?: string }

export interface RemoteAdmin {
  list(): Promise<readonly RemoteState[]>
  /**
   * Adds a remote to the user's file; its key goes into a file of its own that only this user reads. Errors:
   * `invalid_config`, `conflict` for a name that is taken or where the environment sets the remotes.
   */
  add(remote: NewRemote): Promise<RemoteState>
  /** Takes a remote out of the user's file, its key with it, and ends its engines. Errors: `not_found`, `conflict`. */
  remove(name: string): Promise<void>
  /** Asks an endpoint for its models. Errors: `not_found` for a name that is not configured. */
  test(question: RemoteQuestion, signal: AbortSignal, fetch?: typeof globalThis.fetch): Promise<RemoteTest>
}
