import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { makeMcpServer } from './makeMcpServer.ts'

// A program of its own: what a chat's tool servers are.
await serveStdio(makeMcpServer)
