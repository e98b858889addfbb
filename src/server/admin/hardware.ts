import { statfs } from 'node:fs/promises'
import { readHardware } from '../../engine/index.ts'
import { json, type Route, route } from '../http/route.ts'
import { hardwareReport } from './modelSchemas.ts'

export const hardware: Route = route({
  method: 'GET',
  path: '/sanjha/v1/hardware',
  surface: 'admin',
  summary: 'What this machine has for models',
  response: hardwareReport,
  handle: async ({ server }) => {
    const { engines, config, paths } = server.sanjha
    const disk = await statfs(paths.store).catch(() => statfs(paths.data).catch(() => null))
    return json({
      ...readHardware(),
      models: engines.budget(),
      backend: config.engine.backend,
      disk: disk && { free: disk.bavail * disk.bsize, total: disk.blocks * disk.bsize },
    })
  },
})
