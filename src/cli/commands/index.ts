import type { CommandModule } from '../command.ts'
import { benchCommand } from './bench.ts'
import { completionCommand } from './completion.ts'
import { configCommand } from './config.ts'
import { cpCommand } from './cp.ts'
import { doctorCommand } from './doctor.ts'
import { engineCommand } from './engine.ts'
import { listCommand } from './list.ts'
import { logsCommand } from './logs.ts'
import { psCommand } from './ps.ts'
import { pullCommand } from './pull.ts'
import { pushCommand } from './push.ts'
import { rmCommand } from './rm.ts'
import { runCommand } from './run.ts'
import { runsCommand } from './runs.ts'
import { serveCommand } from './serve.ts'
import { showCommand } from './show.ts'
import { stopCommand } from './stop.ts'
import { upCommand } from './up.ts'

/** Every command, in the order of the help. To add one: a file here and a line below. */
export const commandModules: readonly CommandModule[] = [
  upCommand,
  runCommand,
  serveCommand,
  psCommand,
  stopCommand,
  logsCommand,
  listCommand,
  showCommand,
  pullCommand,
  pushCommand,
  cpCommand,
  rmCommand,
  runsCommand,
  benchCommand,
  engineCommand,
  doctorCommand,
  configCommand,
  completionCommand,
]
