import { apiKey } from '../../api/apiKey.ts'

/** The server that this page comes from, as the target of what is copied. */
export const thisServer = (): { server: string; needsKey: boolean } => ({
  server: location.origin,
  needsKey: apiKey.get() !== undefined,
})
