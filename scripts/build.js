// `npm run build`: builds when stale. `prepack` calls it, so that a package never carries an old build.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { reportFailure } from '../bin/bootstrap/failure.js'
import { prepare } from './setup/prepare.js'

try {
  await prepare(dirname(dirname(fileURLToPath(import.meta.url))))
} catch (error) {
  process.exitCode = reportFailure(error, 'Building Sanjha')
}
