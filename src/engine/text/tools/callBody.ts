/** What a body of calls reports while it is read. */
export type CallEvent =
  | { readonly type: 'start'; readonly name: string; readonly id?: string }
  | { readonly type: 'arguments'; readonly delta: string }
  | { readonly type: 'end' }

export type BodyState = 'more' | 'done' | 'bad'

/**
 * Reads the text of one or more calls, a character at a time. `done` is said with the last character that belongs to
 * it; `bad` with the first that cannot. Once a `start` event was given out the call exists and is not taken back.
 */
export interface CallBody {
  feed(character: string): BodyState
  /** Events since the last call of this. */
  events(): CallEvent[]
  /** The answer ended here: may what was read be taken as a whole? */
  end(): BodyState
}
