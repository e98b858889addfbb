import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TransportContext } from '../contract.ts'

/** A URL without user name and password, and the header that carries them instead. */
export function splitCredentials(address: string): { readonly url: string; readonly authorization: string | null } {
  const url = new URL(address)
  if (url.username === '' && url.password === '') return { url: url.href, authorization: null }
  const authorization = basic(decodeURIComponent(url.username), decodeURIComponent(url.password))
  url.username = ''
  url.password = ''
  return { url: url.href, authorization }
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

/** The login for a host from the user's netrc file, as a header; null when there is none. */
export async function netrcAuthorization(
  hostname: string,
  context: Pick<TransportContext, 'env' | 'home'>,
): Promise<string | null> {
  const path = context.env['NETRC'] || join(context.home, process.platform === 'win32' ? '_netrc' : '.netrc')
  const text = await readFile(path, 'utf8').catch(() => '')
  const login = parseNetrc(text).find((entry) => entry.machine === hostname)
  return login === undefined ? null : basic(login.login, login.password)
}

/** `machine HOST login USER password SECRET`, in any layout; `default` and macros are passed over. */
export function parseNetrc(text: string): { machine: string; login: string; password: string }[] {
  const words = text
    .split('\n')
    .map((line) => line.replace(/^\s*#.*$/, ''))
    .join('\n')
    .match(/"(?:[^"\\]|\\.)*"|\S+/g)
  const entries: { machine: string; login: string; password: string }[] = []
  const values = (words ?? []).map((word) => (word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word))
  for (let i = 0; i < values.length; i++) {
    const [word, next] = [values[i], values[i + 1]]
    if (word === 'default' || word === 'macdef') break
    if (next === undefined) break
    if (word === 'machine') entries.push({ machine: next, login: '', password: '' })
    const entry = entries.at(-1)
    if (entry !== undefined && word === 'login') entry.login = next
    if (entry !== undefined && word === 'password') entry.password = next
    if (['machine', 'login', 'password', 'account'].includes(word ?? '')) i++
  }
  return entries
}
