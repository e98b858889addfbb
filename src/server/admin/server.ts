import { statfs } from 'node:fs/promises'
import { availableParallelism, freemem, totalmem } from 'node:os'
import { z } from 'zod'
import { examine } from '../../app/index.ts'
import { json, type Route, route } from '../http/route.ts'
import { doctorReport, serverHealth, serverVersion } from './schemas.ts'
import { findings } from './settingSchemas.ts'

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
      paths: { data: sanjha.paths.data, logs: sanjha.paths.logs, cache: sanjha.paths.cache },
    })
  },
})

const findingsBody: z.ZodType<{ readonly engine: boolean }> = z.object({
  engine: z.boolean().default(false).meta({ description: 'Load the smallest model to try the engine.' }),
})

export const doctorFindings: Route = route({
  // No GET: it asks hosts and may load a model, which no link and no picture in a page shall bring about.
  method: 'POST',
  path: '/sanjha/v1/doctor/findings',
  surface: 'admin',
  summary: 'Look for what could be wrong, as `sanjha doctor` does',
  description: 'Asks the network too, unless network.offline is set. No check takes longer than half a minute.',
  body: findingsBody,
  response: findings,
  handle: async ({ body, server, signal }) => {
    const { sanjha } = server
    const { offline } = sanjha.config.network
    return json({ findings: await examine(sanjha, { offline, loadEngine: body.engine, signal }) })
  },
})
