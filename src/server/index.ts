export { createServer, type Server, type ServerOptions } from './createServer.ts'
export type { Listening, ListenOptions } from './listen.ts'
