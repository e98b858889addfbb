import { join } from 'node:path'

/** The folder of the checkout. */
export const checkout: string = join(import.meta.dirname, '..', '..')

/** What a user starts. */
export const program: string = join(checkout, 'bin', 'sanjha.js')

/** The environment of a program of ours that must neither see this machine's settings nor reach for a hub. */
export function ownEnvironment(home: string): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(SANJHA_|HF_|npm_)/.test(name))
  return { ...Object.fromEntries(inherited), SANJHA_HOME: home, SANJHA_OFFLINE: 'true', NO_COLOR: '1' }
}
