import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

/** One way in which a file server, a proxy or a network misbehaves. `after` counts bytes of this answer's body. */
export type Fault =
  | { readonly kind: 'none' }
  /** Closes the connection in the middle, with the right Content-Length. */
  | { readonly kind: 'cut'; readonly after: number }
  /** Sends some bytes and then nothing, keeping the connection open. */
  | { readonly kind: 'stall'; readonly after: number }
  /** Answers a Range request with 200 and the whole file. */
  | { readonly kind: 'ignore-range'; readonly cutAfter?: number }
  | {
      readonly kind: 'status'
      readonly status: number
      readonly headers?: Record<string, string>
      readonly body?: string
    }
  /** 206 with a range other than the one asked for; the bytes are those of that other range. */
  | { readonly kind: 'wrong-range'; readonly shift: number }
  /** 206 without any Content-Range. */
  | { readonly kind: 'no-content-range' }
  /** At most so many bytes per range. */
  | { readonly kind: 'short-range'; readonly bytes: number }
  /** The same, chunked and with `*` for the size of the whole file. */
  | { readonly kind: 'open-range'; readonly bytes: number }
  /** Chunked, without Content-Length. */
  | { readonly kind: 'chunked'; readonly cutAfter?: number }
  /** Neither length nor chunks: the end of the connection is the end of the file, be it whole or not. */
  | { readonly kind: 'until-close'; readonly cutAfter?: number }
  /** Right length, one byte wrong. */
  | { readonly kind: 'corrupt'; readonly at: number }
  /** A Content-Length that is honest about a shorter or longer file. */
  | { readonly kind: 'other-length'; readonly length: number }
  /** Compresses although asked for identity. */
  | { readonly kind: 'gzip' }
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number }
  /** Closes the connection before any answer. */
  | { readonly kind: 'hang-up' }

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
}

export interface FaultyServer {
  readonly url: string
  readonly requests: SeenRequest[]
  /** Offers `content` at `path`; the faults are used up one per request, then all goes well. */
  offer(path: string, content: Uint8Array, ...faults: Fault[]): string
  has(path: string): boolean
  /** Whether answers carry an ETag and a Last-Modified. Default true. */
  validators: boolean
  /** Ends every transfer that is under way. */
  cutAll(): void
  close(): Promise<void>
}

/** A real file server on a free port of 127.0.0.1: Range, If-Range, ETag, HEAD; and whatever faults one asks for. */
export async function startFaultyServer(): Promise<FaultyServer> {
  const files = new Map<string, { content: Uint8Array; faults: Fault[] }>()
  const requests: SeenRequest[] = []
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    requests.push({ method: request.method ?? '', path, headers: request.headers })
    const file = files.get(path)
    if (file === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('no such file')
      return
    }
    answer(request, response, file.content, file.faults.shift() ?? { kind: 'none' }, faulty.validators)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const faulty: FaultyServer = {
    url,
    requests,
    validators: true,
    has: (path) => files.has(path),
    offer: (path, content, ...faults) => {
      files.set(path, { content, faults })
      return `${url}${path}`
    },
    cutAll: () => server.closeAllConnections(),
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  return faulty
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  content: Uint8Array,
  fault: Fault,
  validators: boolean,
): void {
  const total = content.byteLength
  const etag = `"${createHash('sha256').update(content).digest('hex').slice(0, 16)}"`
  const headers: Record<string, string> = {
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    ...(validators && { etag, 'last-modified': 'Tue, 24 Nov 2026 08:00:00 GMT' }),
  }
  switch (fault.kind) {
    case 'hang-up':
      request.socket.destroy()
      return
    case 'status':
      response.writeHead(fault.status, { 'content-type': 'text/plain', ...fault.headers }).end(fault.body ?? '')
      return
    case 'redirect':
      response.writeHead(fault.status ?? 302, { location: fault.to }).end()
      return
    case 'gzip': {
      const packed = gzipSync(content)
      response
        .writeHead(200, { ...headers, 'content-encoding': 'gzip', 'content-length': packed.byteLength })
        .end(packed)
      return
    }
    case 'chunked':
      response.writeHead(200, headers)
      response.write(content.subarray(0, fault.cutAfter ?? total))
      if (fault.cutAfter === undefined) response.end()
      else afterTurns(20, () => request.socket.destroy())
      return
    case 'until-close':
      // Node would chunk by itself, so this one is written by hand.
      request.socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\nconnection: close\r\n\r\n`)
      request.socket.end(content.subarray(0, fault.cutAfter ?? total))
      return
    case 'other-length': {
      const body = new Uint8Array(fault.length)
      body.set(content.subarray(0, fault.length))
      response.writeHead(200, { ...headers, 'content-length': fault.length }).end(body)
      return
    }
    default:
  }

  const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
  const condition = request.headers['if-range']
  const conditionHolds = condition === undefined || condition === etag || condition === headers['last-modified']
  if (asked === null || fault.kind === 'ignore-range' || !conditionHolds) {
    response.writeHead(200, { ...headers, 'content-length': total })
    send(request, response, content, fault)
    return
  }
  let start = Number(asked[1])
  let end = asked[2] === '' ? total - 1 : Math.min(Number(asked[2]), total - 1)
  if (start >= total) {
    response.writeHead(416, { 'content-range': `bytes */${total}` }).end()
    return
  }
  if (fault.kind === 'wrong-range') start = Math.max(0, start + fault.shift)
  if (fault.kind === 'short-range') end = Math.min(end, start + fault.bytes - 1)
  if (fault.kind === 'open-range') {
    end = Math.min(end, start + fault.bytes - 1)
    response.writeHead(206, { ...headers, 'content-range': `bytes ${start}-${end}/*` })
    response.write(content.subarray(start, end + 1))
    response.end()
    return
  }
  response.writeHead(206, {
    ...headers,
    'content-length': end - start + 1,
    ...(fault.kind !== 'no-content-range' && { 'content-range': `bytes ${start}-${end}/${total}` }),
  })
  send(request, response, content.subarray(start, end + 1), fault)
}

function send(request: IncomingMessage, response: ServerResponse, body: Uint8Array, fault: Fault): void {
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  if (fault.kind === 'corrupt') {
    const wrong = Uint8Array.from(body)
    wrong[fault.at] = (wrong[fault.at] ?? 0) ^ 0xff
    response.end(wrong)
    return
  }
  const cut = fault.kind === 'cut' ? fault.after : fault.kind === 'ignore-range' ? fault.cutAfter : undefined
  if (cut !== undefined) {
    // Destroyed only once the bytes are out, so that the receiver has them.
    response.write(body.subarray(0, cut), () => afterTurns(20, () => request.socket.destroy()))
    return
  }
  if (fault.kind === 'stall') {
    response.write(body.subarray(0, fault.after))
    return
  }
  response.end(body)
}

/**
 * Lets some time pass, in which a receiver in this process has so many turns to take what was sent. On a busy machine a
 * single pause of the same length is over before it had one.
 */
function afterTurns(turns: number, then: () => void): void {
  setTimeout(() => (turns > 1 ? afterTurns(turns - 1, then) : then()), 3)
}
