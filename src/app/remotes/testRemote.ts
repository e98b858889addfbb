import { SanjhaError } from '../../core/index.ts'
import type { RemoteProblem, RemoteTest } from './contract.ts'

export interface TestedRemote {
  readonly baseUrl: string
  /** A secret: it goes into one header and nowhere else. */
  readonly apiKey?: string | undefined
}

const maxBytes = 4 * 1024 * 1024

/** Asks an endpoint for its models, and says in plain words what is the matter. Never throws but for `signal`. */
export async function testRemote(
  remote: TestedRemote,
  fetch: typeof globalThis.fetch,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<RemoteTest> {
  const deadline = AbortSignal.timeout(timeoutMs)
  const inTime = AbortSignal.any([signal, deadline])
  const base = new URL(remote.baseUrl.endsWith('/') ? remote.baseUrl : `${remote.baseUrl}/`)
  try {
    const answer = await askModels(new URL('models', base), remote, fetch, inTime)
    if (answer.problem !== 'no_api' || /\/v\d+\/$/.test(base.pathname)) return answer
    // The commonest slip: the address without its version.
    const below = await askModels(new URL('v1/models', base), remote, fetch, inTime).catch(() => undefined)
    const meant = new URL('v1', base).href
    return below?.ok ? { ...answer, hint: `There is one at ${meant}: give that address.` } : answer
  } catch (error) {
    signal.throwIfAborted()
    if (deadline.aborted) {
      return failed(
        'timeout',
        `${base.host} did not answer within ${timeoutMs / 1000} seconds.`,
        'Is it running, and is nothing in between that keeps it from answering?',
      )
    }
    return unreachable(SanjhaError.from(error), base)
  }
}

async function askModels(
  url: URL,
  { apiKey }: TestedRemote,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<RemoteTest> {
  const response = await fetch(url, {
    headers: { accept: 'application/json', ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }) },
    // Another host must not get the key.
    redirect: 'manual',
    signal,
  })
  const { status } = response
  if (!response.ok) {
    await response.body?.cancel()
    return refused(url, status, apiKey !== undefined, response.headers.get('location'))
  }
  const models = modelsIn(await readText(response))
  if (models === undefined) {
    return failed(
      'no_api',
      `${url.host} answers, but not as an OpenAI API: ${url.pathname} is no list of models.`,
      versionHint,
    )
  }
  const count = models.length === 1 ? '1 model' : `${models.length} models`
  return { ok: true, problem: null, message: `It answers and lists ${count}.`, hint: null, models }
}

const versionHint = 'The address goes up to and with the version, such as http://127.0.0.1:8000/v1.'

function refused(url: URL, status: number, hadKey: boolean, location: string | null): RemoteTest {
  if (status === 401 || status === 403) {
    return hadKey
      ? failed(
          'key_refused',
          `${url.host} refuses the key (${status}).`,
          'Copy the key again, whole, or make a new one there.',
        )
      : failed('key_missing', `${url.host} wants a key (${status}).`, 'Give the key that its owner gave to you.')
  }
  if (status >= 300 && status < 400) {
    const target = location === null ? null : URL.parse(location, url.href)
    const hint =
      target === null
        ? versionHint
        : `It leads on to ${target.origin}${target.pathname}; give that address if you trust it.`
    return failed('no_api', `${url.host} answers with a redirect (${status}), which is not followed.`, hint)
  }
  if (status >= 500 || status === 429 || status === 408) {
    return failed('failed', `${url.host} answers with an error (${status}).`, 'Look at its log, or try again later.')
  }
  return failed('no_api', `There is no OpenAI API at ${url.host}: ${url.pathname} gives ${status}.`, versionHint)
}

function unreachable(error: SanjhaError, base: URL): RemoteTest {
  const code = String(error.details?.['code'] ?? '')
  if (error.code === 'forbidden') return failed('refused_address', error.message, error.hint ?? null)
  if (/ENOTFOUND|EAI_AGAIN/.test(code)) {
    return failed(
      'unknown_host',
      `There is no host called ${base.hostname}, or its name cannot be looked up now.`,
      'Check the spelling, and the network.',
    )
  }
  if (/certificate/i.test(error.message)) return failed('certificate', error.message, error.hint ?? null)
  if (error.code !== 'network_unreachable')
    return failed('failed', `${base.host} cannot be asked: ${error.message}`, error.hint ?? null)
  const hint = code === 'ECONNREFUSED' ? 'Is the server running, and on that port?' : null
  return failed('unreachable', error.message, error.hint ?? hint)
}

function failed(problem: RemoteProblem, message: string, hint: string | null): RemoteTest {
  return { ok: false, problem, message, hint, models: [] }
}

/** The ids in OpenAI's form of a list; undefined for anything else. */
function modelsIn(text: string | undefined): string[] | undefined {
  try {
    const body: unknown = text === undefined ? undefined : JSON.parse(text)
    const data = typeof body === 'object' && body !== null ? (body as { data?: unknown }).data : undefined
    if (!Array.isArray(data)) return undefined
    return data.flatMap((entry: unknown) => {
      const id = typeof entry === 'object' && entry !== null ? (entry as { id?: unknown }).id : undefined
      return typeof id === 'string' ? [id] : []
    })
  } catch {
    return undefined
  }
}

/** Undefined for more than any list of models is. */
async function readText(response: Response): Promise<string | undefined> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > maxBytes) return undefined
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
