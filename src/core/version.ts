import { readFileSync } from 'node:fs'

/** package.json lies two folders above this file in `src` and in `dist` alike. */
const facts = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string
  readonly engines: { readonly node: string }
}

/** Sanjha's own, as in package.json. */
export const version: string = facts.version

/** The oldest Node that runs it, such as `24.5`: what package.json says to npm. */
export const oldestNode: string = facts.engines.node.replace(/^>=/, '')
