import { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'

/** A real MCP server with tools that behave well and badly. */
export function makeMcpServer(): McpServer {
  const server = new McpServer({ name: 'test', version: '1.0.0' })
  server.registerTool(
    'add',
    {
      title: 'Add',
      description: 'Adds two numbers.',
      inputSchema: z.object({ a: z.number(), b: z.number() }),
      annotations: { readOnlyHint: true },
    },
    ({ a, b }) => ({ content: [{ type: 'text', text: String(a + b) }] }),
  )
  server.registerTool('fail', { description: 'Always fails.', inputSchema: z.object({}) }, () => ({
    content: [{ type: 'text', text: 'No such file.' }],
    isError: true,
  }))
  server.registerTool('picture', { description: 'Draws.', inputSchema: z.object({}) }, () => ({
    content: [{ type: 'image', mimeType: 'image/png', data: 'AAAA' }],
  }))
  server.registerTool(
    'environment',
    { description: 'Tells a variable.', inputSchema: z.object({ name: z.string() }) },
    ({ name }) => ({
      content: [{ type: 'text', text: process.env[name] ?? 'not set' }],
    }),
  )
  server.registerTool('end', { description: 'Ends the server.', inputSchema: z.object({}) }, () => process.exit(3))
  server.registerTool('sleep', { description: 'Takes for ever.', inputSchema: z.object({}) }, async (_, context) => {
    await new Promise((resolve) => context.mcpReq.signal.addEventListener('abort', resolve))
    return { content: [] }
  })
  return server
}
