export type { OfferedTool, ToolResult, ToolServerStatus, ToolServers } from './contract.ts'
export { createToolServers, type ToolServersOptions } from './createToolServers.ts'
