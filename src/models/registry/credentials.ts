import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isNodeError, SanjhaError } from '../../core/index.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
}

type Env = Readonly<Record<string, string | undefined>>

interface AuthFile {
  readonly auths?: Readonly<Record<string, { readonly auth?: unknown; readonly identitytoken?: unknown }>>
  readonly credHelpers?: Readonly<Record<string, string>>
  readonly credsStore?: string
}

/** The files in which podman, skopeo and docker keep logins; the first that knows the registry decides. */
export function authFiles(env: Env, home: string = homedir()): string[] {
  const runtime = env['XDG_RUNTIME_DIR']
  const config = env['XDG_CONFIG_HOME'] ?? join(home, '.config')
  return [
    ...(env['REGISTRY_AUTH_FILE'] ? [env['REGISTRY_AUTH_FILE']] : []),
    ...(runtime ? [join(runtime, 'containers', 'auth.json')] : []),
    join(config, 'containers', 'auth.json'),
    join(env['DOCKER_CONFIG'] ?? join(home, '.docker'), 'config.json'),
  ]
}

/**
 * The login for a repository, from the files of `authFiles`; undefined for none. Never logged, never in an error.
 * Errors: `invalid_config` for a file that cannot be read as one.
 */
export async function findCredentials(
  host: string,
  repository: string,
  env: Env,
  home?: string,
): Promise<Credentials | undefined> {
  for (const path of authFiles(env, home)) {
    const file = await readAuthFile(path)
    if (file === undefined) continue
    for (const key of keysFor(host, repository)) {
      const helper = file.credHelpers?.[key]
      if (helper !== undefined) return askHelper(helper, key, env)
      const entry = file.auths?.[key]
      if (entry === undefined) continue
      if (typeof entry.auth === 'string' && entry.auth !== '') return decode(entry.auth, path)
      // Docker leaves an empty entry where its store holds the secret.
      if (file.credsStore !== undefined) return askHelper(file.credsStore, key, env)
    }
  }
  return undefined
}

/** From the most to the least specific: podman keeps logins for namespaces too. */
function keysFor(host: string, repository: string): string[] {
  const parts = repository.split('/')
  const namespaces = parts.map((_, i) => [host, ...parts.slice(0, parts.length - i)].join('/'))
  const docker = host === 'docker.io' ? ['https://index.docker.io/v1/', 'index.docker.io', 'registry-1.docker.io'] : []
  return [...namespaces, host, `https://${host}`, `http://${host}`, ...docker]
}

async function readAuthFile(path: string): Promise<AuthFile | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (typeof value === 'object' && value !== null) return value
  } catch (error) {
    if (isNodeError(error) && ['ENOENT', 'ENOTDIR', 'EACCES'].includes(error.code ?? '')) return undefined
    // The parser's own message would repeat what is in the file.
  }
  throw new SanjhaError('invalid_config', `The login file ${path} is no valid JSON.`, {
    hint: 'Log in to the registry again with `podman login` or `docker login`.',
  })
}

function decode(auth: string, path: string): Credentials {
  const text = Buffer.from(auth, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon <= 0) throw new SanjhaError('invalid_config', `A login in ${path} is malformed.`)
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') }
}

/** Asks `docker-credential-NAME get`: the registry on its stdin, JSON on its stdout. Undefined when it knows none. */
async function askHelper(name: string, key: string, env: Env): Promise<Credentials | undefined> {
  if (!/^[A-Za-z0-9_.-]+$/.test(name)) {
    throw new SanjhaError('invalid_config', 'The login file names a credential helper that is no program name.')
  }
  const child = spawn(`docker-credential-${name}`, ['get'], {
    env: env as NodeJS.ProcessEnv,
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: 20_000,
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(key)
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  }).catch((cause: unknown) => {
    throw new SanjhaError('invalid_config', `The credential helper docker-credential-${name} cannot be started.`, {
      cause,
      hint: 'Install it, or log in with `podman login`.',
    })
  })
  if (code !== 0) return undefined
  try {
    const { Username: username, Secret: password } = JSON.parse(output) as { Username?: unknown; Secret?: unknown }
    if (typeof username === 'string' && typeof password === 'string') return { username, password }
  } catch {
    // Said below; the output may hold a secret.
  }
  throw new SanjhaError('invalid_config', `The credential helper docker-credential-${name} gave no login.`)
}
