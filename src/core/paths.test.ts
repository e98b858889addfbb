import { expect, it } from 'vitest'
import { resolvePaths } from './paths.ts'

it('follows XDG', () => {
  expect(resolvePaths({}, '/h')).toMatchObject({
    database: '/h/.local/share/sanjha/sanjha.db',
    store: '/h/.local/share/sanjha/store',
    configFile: '/h/.config/sanjha/config.yaml',
    cache: '/h/.cache/sanjha',
    logs: '/h/.local/state/sanjha/logs',
    instances: '/h/.local/state/sanjha/instances',
  })
  expect(resolvePaths({ XDG_DATA_HOME: '/d', XDG_CONFIG_HOME: 'relative', XDG_CACHE_HOME: '' }, '/h')).toMatchObject({
    data: '/d/sanjha',
    config: '/h/.config/sanjha', // the specification says to ignore relative ones
    cache: '/h/.cache/sanjha',
  })
})

it('moves everything with SANJHA_HOME, also a relative one', () => {
  for (const path of Object.values(resolvePaths({ SANJHA_HOME: '/s', XDG_DATA_HOME: '/d' }, '/h'))) {
    expect(path).toMatch(/^\/s\//)
  }
  for (const path of Object.values(resolvePaths({ SANJHA_HOME: 's' }, '/h'))) {
    expect(path.startsWith(`${process.cwd()}/s/`)).toBe(true)
  }
})
