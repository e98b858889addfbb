import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { writeFileAtomic } from '../atomicFile.ts'
import { SanjhaError } from '../errors.ts'
import { withFileLock } from '../fileLock.ts'
import { parseConfigDocument, readConfigText, unknownKey } from './configFile.ts'
import { parse } from './loadConfig.ts'
import { findSetting } from './settings.ts'

/**
 * Writes one setting into a configuration file, keeping its comments and order; the file and its folder are made when
 * they are not there. `undefined` takes the setting out. Errors: `invalid_config`, and then nothing is changed.
 */
export async function setConfigValue(file: string, key: string, value: unknown): Promise<void> {
  const setting = findSetting(key)
  if (setting === undefined) throw new SanjhaError('invalid_config', unknownKey(key))
  if (setting.secret) {
    throw new SanjhaError('invalid_config', `"${key}" is a secret and is not written to a file.`, {
      hint: `Set ${setting.env.join(' or ')} in the environment.`,
    })
  }
  const shown =
    value === undefined
      ? undefined
      : setting.kind.show(
          parse(setting, value, (message) => new SanjhaError('invalid_config', message, { param: key })),
        )
  // A configuration that is a link into somebody's dotfiles stays one.
  const target = await realpath(file).catch(() => file)
  await withFileLock(join(dirname(target), `.${basename(target)}.lock`), async () => {
    const { document } = await parseConfigDocument(target, (await readConfigText(target)) ?? '')
    const path = key.split('.')
    if (shown === undefined) {
      if (document.hasIn(path)) document.deleteIn(path)
    } else {
      const [section] = path as [string]
      // `server:` with nothing below it is null, into which nothing can be set.
      if (path.length > 1 && document.has(section) && (document.get(section) ?? null) === null) {
        document.set(section, document.createNode({}))
      }
      document.setIn(path, shown)
    }
    await writeFileAtomic(target, document.contents === null ? '' : document.toString(), 0o600)
  })
}
