import type { Route } from '../http/route.ts'
import { chatRoutes } from './chats.ts'
import { liveEvents } from './events.ts'
import { listLoaded, unloadModel } from './loaded.ts'
import { copyModel, listCatalog, listModels, pullModel, removeModel, showModel } from './models.ts'
import { cancelRun, getRun, listRuns, resumeRun, runEvents } from './runs.ts'
import { doctor, health, settings, version } from './server.ts'

/** Sanjha's own API: what the command line and the web page stand on. */
export const adminRoutes: readonly Route[] = [
  health,
  version,
  doctor,
  settings,
  listModels,
  listCatalog,
  pullModel,
  showModel,
  removeModel,
  copyModel,
  listLoaded,
  unloadModel,
  listRuns,
  getRun,
  cancelRun,
  resumeRun,
  runEvents,
  liveEvents,
  ...chatRoutes,
]
