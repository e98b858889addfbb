import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Document } from 'yaml'
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
  await edit(file, (document) => {
    const path = key.split('.')
    if (shown === undefined) {
      if (document.hasIn(path)) document.deleteIn(path)
      return
    }
    const [section] = path as [string]
    // `server:` with nothing below it is null, into which nothing can be set.
    if (path.length > 1 && document.has(section) && (document.get(section) ?? null) === null) {
      document.set(section, document.createNode({}))
    }
    document.setIn(path, shown)
  })
}

/** What is to become of a list: an item that is added at its end, or one that is taken out. */
export type ListChange = { readonly add: unknown } | { readonly removeAt: number }

/**
 * Changes one item of a setting that is a list of maps, and leaves the others with their comments as they are. `change` is
 * given the items in the file while nobody else can change it. Errors: `invalid_config` and those of `change`, and then
 * nothing is changed.
 */
export async function changeConfigList(
  file: string,
  key: string,
  change: (items: readonly unknown[]) => ListChange,
): Promise<void> {
  const setting = findSetting(key)
  if (setting === undefined) throw new SanjhaError('invalid_config', unknownKey(key))
  const { isSeq } = await import('yaml')
  await edit(file, (document, target) => {
    const found: unknown = document.get(key)
    if (found !== undefined && found !== null && !isSeq(found)) {
      throw new SanjhaError('invalid_config', `"${key}" stands in ${target} in a form that only a person can change.`, {
        hint: 'Edit the file.',
        param: key,
      })
    }
    const items: unknown[] = isSeq(found) ? (found.toJS(document) as unknown[]) : []
    const wanted = change(items)
    const next = 'add' in wanted ? [...items, wanted.add] : items.toSpliced(wanted.removeAt, 1)
    parse(setting, next, (message) => new SanjhaError('invalid_config', message, { param: key }))
    if (next.length === 0) document.delete(key)
    else if ('removeAt' in wanted) document.deleteIn([key, wanted.removeAt])
    else if (isSeq(found)) found.add(document.createNode(wanted.add))
    else document.set(key, document.createNode(next))
  })
}

async function edit(file: string, change: (document: Document.Parsed, target: string) => void): Promise<void> {
  // A configuration that is a link into somebody's dotfiles stays one.
  const target = await realpath(file).catch(() => file)
  await withFileLock(join(dirname(target), `.${basename(target)}.lock`), async () => {
    const { document } = await parseConfigDocument(target, (await readConfigText(target)) ?? '')
    change(document, target)
    await writeFileAtomic(target, document.contents === null ? '' : document.toString(), 0o600)
  })
}
