import { createReadStream } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { pipeline } from 'node:stream/promises'
import { SanjhaError } from '../../core/index.ts'
import { networkAgents } from '../../core/networkAgents.ts'

type Env = Readonly<Record<string, string | undefined>>

/** A part of a file, as a request's body. */
export interface FileSlice {
  readonly path: string
  readonly start: number
  /** Exclusive. */
  readonly end: number
}

export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | FileSlice
  readonly signal?: AbortSignal | undefined
  readonly onSent?: (bytes: number) => void
}

export interface RegistryResponse {
  readonly status: number
  readonly headers: Headers
  /** At most `maxBody` bytes; answers of the registry's API are small. */
  readonly body: Uint8Array
}

export type SendRequest = (request: RegistryRequest) => Promise<RegistryResponse>

const maxBody = 4 * 1024 * 1024
const idleMs = 60_000

/** Sends one request, with a body from memory or from a file, and reads the answer whole. Follows no redirects. */
export function createSendRequest(env: Env): SendRequest {
  const agents = networkAgents({ env })
  return async ({ method, url, headers = {}, body, signal, onSent }) => {
    const protocol = url.protocol === 'http:' ? 'http:' : 'https:'
    const length = body === undefined ? null : body instanceof Uint8Array ? body.byteLength : body.end - body.start
    const send = protocol === 'http:' ? httpRequest : httpsRequest
    const request = send(url, {
      method,
      agent: agents[protocol],
      headers: { ...headers, 'content-length': String(length ?? 0) },
      ...(signal && { signal }),
    })
    request.setTimeout(idleMs, () => request.destroy(idle(url.host)))
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve)
      request.once('error', reject)
    })
    answered.catch(() => undefined)
    try {
      if (body === undefined) request.end()
      else if (body instanceof Uint8Array) request.end(body)
      else if (length === 0) request.end()
      else await sendSlice(body, request, onSent, answered)
      const message = await answered
      return { status: message.statusCode ?? 0, headers: toHeaders(message), body: await readBody(message, url.host) }
    } catch (error) {
      request.destroy()
      if (signal?.aborted) throw new SanjhaError('cancelled', 'The transfer was cancelled.', { cause: error })
      if (SanjhaError.is(error)) throw error
      throw new SanjhaError('network_unreachable', `${url.host} cannot be reached: ${(error as Error).message}.`, {
        cause: error,
        hint: 'Check the address and the network, and HTTPS_PROXY if you are behind a proxy.',
      })
    }
  }
}

/** A registry may answer (401, 413) before it has read everything; then its answer counts, not the broken pipe. */
async function sendSlice(
  slice: FileSlice,
  request: ReturnType<typeof httpRequest>,
  onSent: ((bytes: number) => void) | undefined,
  answered: Promise<IncomingMessage>,
): Promise<void> {
  const file = createReadStream(slice.path, { start: slice.start, end: slice.end - 1, highWaterMark: 1 << 20 })
  let sent = 0
  file.on('data', (chunk) => {
    sent += chunk.length
    onSent?.(sent)
  })
  const sending = pipeline(file, request)
  await Promise.race([sending, answered]).catch(async (error: unknown) => {
    await Promise.race([answered, new Promise((_, reject) => setTimeout(reject, 200, error).unref())])
  })
  sending.catch(() => undefined)
}

function toHeaders(message: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  return headers
}

async function readBody(message: IncomingMessage, host: string): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of message) {
    size += (chunk as Buffer).length
    if (size > maxBody) {
      message.destroy()
      throw new SanjhaError('upstream_error', `${host} sent an answer of more than ${maxBody / 1048576} MiB.`, {
        retryable: false,
      })
    }
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

function idle(host: string): SanjhaError {
  return new SanjhaError('network_unreachable', `${host} does not answer: nothing came within ${idleMs / 1000} s.`)
}
