/** What an import would lose or cannot take, to be said and not to be dropped in silence. */
export interface LeftOut {
  /** Pictures, sounds and files that another program kept elsewhere. */
  attachments: number
  /** Chats without any message, or of a form that nobody knows. */
  chats: number
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
