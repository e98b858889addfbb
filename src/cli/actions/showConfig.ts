import { SanjhaError, type SettingOrigin } from '../../core/index.ts'
import type { CliContext } from '../CliContext.ts'

/** `flag --port`, `SANJHA_PORT`, `config.yaml:3`, `default`. */
function originText(origin: SettingOrigin): string {
  switch (origin.from) {
    case 'flag':
      return `flag ${origin.flag}`
    case 'env':
      return origin.name
    case 'project':
    case 'user':
      return `${origin.path}:${origin.line}`
    case 'default':
      return 'default'
  }
}

export async function showConfig(context: CliContext, prefix: string | undefined): Promise<void> {
  const sanjha = await context.openApp()
  const { out } = context
  const settings = sanjha.settings.settings.filter((setting) => prefix === undefined || setting.key.startsWith(prefix))
  if (settings.length === 0) {
    throw new SanjhaError('not_found', `No setting begins with “${prefix}”.`, {
      hint: '`sanjha config show` lists them all.',
    })
  }
  if (out.json) {
    out.document({
      userFile: sanjha.settings.userFile,
      projectFile: sanjha.settings.projectFile,
      home: sanjha.paths.data,
      settings,
    })
    return
  }
  out.table(
    ['SETTING', 'VALUE', 'FROM'],
    settings.map((setting) => [
      setting.key,
      typeof setting.value === 'string' ? setting.value : JSON.stringify(setting.value),
      originText(setting.origin),
    ]),
  )
  out.hint(`Your file is ${sanjha.settings.userFile}; \`sanjha config set KEY VALUE\` writes it.`)
}

export async function setConfig(context: CliContext, key: string, value: string): Promise<void> {
  const sanjha = await context.openApp()
  const { describeSettings, setConfigValue } = await import('../../core/index.ts')
  await setConfigValue(sanjha.settings.userFile, key, value)
  const { out } = context
  if (out.json) out.document({ file: sanjha.settings.userFile, key, value })
  else out.line(`${key} = ${value}  in ${sanjha.settings.userFile}`)
  const isLive = describeSettings().some((setting) => setting.key === key && !setting.needsRestart)
  out.hint(isLive ? 'A running server takes it at once.' : 'A running server reads it at its next start.')
}
