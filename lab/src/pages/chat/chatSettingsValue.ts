/** What a person chose for the answers of a chat. What is absent is left to the model. */
export interface ChatSettingsValue {
  /** The empty text: no system prompt, not even the model's own. */
  system?: string
  /** Fields of `/v1/chat/completions`. */
  parameters: Record<string, unknown>
  /** A JSON Schema that the answers have to follow. */
  schema?: unknown
  /** Names of the tool servers whose tools the model may ask for. */
  tools?: readonly string[]
}
