import { statfs } from 'node:fs/promises'
import { availableParallelism, freemem, totalmem } from 'node:os'
import { json, type Route, route } from '../http/route.ts'
import { doctorReport, serverHealth, serverVersion, settingValues } from './schemas.ts'

export const health: Route = route({
  method: 'GET',
  path: '/sanjha/v1/health',
  surface: 'admin',
  summary: 'How the server is',
  response: serverHealth,
  handle: ({ server }) => {
    const ready = server.readyState()
    return json({
      status: ready === undefined ? 'starting' : 'ok',
      version: server.sanjha.version,
      uptimeSeconds: Math.round(process.uptime()),
      // Without the one that asks.
      activeRequests: Math.max(0, server.active() - 1),
      loadedModels: server.sanjha.engines.list().length,
      model: ready?.model ?? null,
    })
  },
})

export const version: Route = route({
  method: 'GET',
  path: '/sanjha/v1/version',
  surface: 'admin',
  summary: 'Which version this is',
  response: serverVersion,
  handle: ({ server }) =>
    json({
      version: server.sanjha.version,
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
    }),
})

/** What can be said without asking the network; `sanjha doctor` checks the rest. */
export const doctor: Route = route({
  method: 'GET',
  path: '/sanjha/v1/doctor',
  surface: 'admin',
  summary: 'What the server knows about the machine it runs on',
  response: doctorReport,
  handle: async ({ server }) => {
    const { sanjha } = server
    const models = await sanjha.models.list()
    const disk = await statfs(sanjha.paths.data).catch(() => null)
    return json({
      version: sanjha.version,
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      cores: availableParallelism(),
      memory: { total: totalmem(), free: freemem(), process: process.memoryUsage.rss() },
      disk: disk && { free: disk.bavail * disk.bsize, total: disk.blocks * disk.bsize },
      store: { models: models.length, bytes: models.reduce((sum, m) => sum + m.size, 0) },
      loaded: sanjha.engines.list().length,
      offline: sanjha.config.network.offline,
    })
  },
})

export const settings: Route = route({
  method: 'GET',
  path: '/sanjha/v1/settings',
  surface: 'admin',
  summary: 'Every setting and where its value comes from',
  response: settingValues,
  handle: ({ server }) => {
    const { settings, userFile, projectFile, warnings } = server.sanjha.settings
    return json({ settings, userFile, projectFile, warnings })
  },
})
