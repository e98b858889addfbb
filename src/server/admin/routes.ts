import type { Route } from '../http/route.ts'
import { answerRoutes } from './answers.ts'
import { chatRoutes } from './chats.ts'
import { liveEvents } from './events.ts'
import { hardware } from './hardware.ts'
import { engineLog, listLoaded, loadModel, unloadModel } from './loaded.ts'
import {
  copyModel,
  getDefaultModel,
  listCatalog,
  listModels,
  modelRemovalPreview,
  pullModel,
  removeModel,
  resolveModel,
  showModel,
} from './models.ts'
import { addRemote, listRemotes, removeRemote, testRemote } from './remotes.ts'
import { cancelRun, getRun, listRuns, resumeRun, runEvents } from './runs.ts'
import { doctor, doctorFindings, health, version } from './server.ts'
import { changeSetting, listSettings } from './settings.ts'
import { toolRoutes } from './tools.ts'

/** Sanjha's own API: what the command line and the web page stand on. */
export const adminRoutes: readonly Route[] = [
  health,
  version,
  doctor,
  doctorFindings,
  listSettings,
  changeSetting,
  listRemotes,
  addRemote,
  testRemote,
  removeRemote,
  listModels,
  listCatalog,
  pullModel,
  getDefaultModel,
  resolveModel,
  showModel,
  removeModel,
  modelRemovalPreview,
  copyModel,
  hardware,
  listLoaded,
  loadModel,
  unloadModel,
  engineLog,
  listRuns,
  getRun,
  cancelRun,
  resumeRun,
  runEvents,
  liveEvents,
  ...chatRoutes,
  ...answerRoutes,
  ...toolRoutes,
]
