/** Parts of the page that show settings, by the first words of the keys; the others show something of their own. */
const prefixes: Readonly<Record<string, readonly string[]>> = {
  server: ['server'],
  models: ['models', 'adapters'],
  engine: ['engine'],
  remotes: ['remotes'],
  tools: ['tools', 'toolServers'],
  network: ['network', 'hub', 'registries', 'downloads'],
  log: ['log'],
}

/** In the order in which they are listed. Their names are their addresses below `/lab/settings/`. */
export const sections = [
  'appearance',
  'server',
  'models',
  'engine',
  'remotes',
  'tools',
  'network',
  'log',
  'other',
  'health',
  'about',
] as const
export type Section = (typeof sections)[number]

/** Where a setting is shown. What this page has never heard of is shown under `other`. */
export function sectionOf(key: string): Section {
  const [first = ''] = key.split('.')
  return sections.find((section) => prefixes[section]?.includes(first)) ?? 'other'
}

/** The section of an address such as `/settings/engine`; the first one for `/settings`; undefined for one that does not exist. */
export function sectionAt(path: string): Section | undefined {
  const [, , name, ...rest] = path.split('/')
  if (name === undefined || name === '') return sections[0]
  return rest.some((part) => part !== '') ? undefined : sections.find((section) => section === name)
}
