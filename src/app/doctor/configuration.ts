import type { Check } from './contract.ts'

/** A broken file would have ended the program already; this tells which files apply. */
export const checkConfiguration: Check = {
  id: 'configuration',
  title: 'Configuration',
  network: false,
  run: async ({ settings }) => {
    const changed = settings.settings.filter((setting) => setting.origin.from !== 'default')
    const files = [settings.userFile, ...(settings.projectFile === null ? [] : [settings.projectFile])]
    return {
      outcome: 'ok',
      message:
        changed.length === 0
          ? `All settings have their defaults (${files[0]} may change them).`
          : `${changed.map((setting) => setting.key).join(', ')} ${changed.length === 1 ? 'is' : 'are'} set; files: ${files.join(', ')}.`,
    }
  },
}
