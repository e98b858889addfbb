import { SanjhaError } from '../../core/index.ts'
import { failureOf } from './RequestScope.ts'
import type { RouteRequest } from './route.ts'

/** How a stream looks on the wire. */
export interface StreamFormat {
  readonly contentType: string
  /** What is sent in a long silence; null where the format knows no comments. */
  readonly keepAlive: string | null
  /** The last thing sent when the stream fails after it began. */
  encodeError(error: SanjhaError): string
}

const encoder = new TextEncoder()

/**
 * Sends `chunks` as they come, no faster than the client reads.
 *
 * The status line waits for the first chunk (up to the server's patience), so that what fails before the first word has
 * a proper HTTP status. What fails later is sent as `format.encodeError` and ends the stream. When the client goes
 * away the request's scope is aborted and `chunks` is returned.
 */
export async function streamResponse(
  request: Pick<RouteRequest, 'scope' | 'server'>,
  format: StreamFormat,
  chunks: AsyncIterable<string>,
): Promise<Response> {
  const { scope, server } = request
  const iterator = chunks[Symbol.asyncIterator]()
  const first = iterator.next()
  let failed: { readonly error: unknown } | undefined
  first.catch((error: unknown) => {
    failed = { error }
  })
  await settledWithin(first, server.patienceMs)
  if (failed !== undefined) throw failed.error

  let pending: Promise<IteratorResult<string>> | undefined = first
  let lastWrite = server.clock.monotonic()
  let timer: NodeJS.Timeout | undefined
  const finish = (): void => {
    clearInterval(timer)
    scope.end()
  }
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const { keepAlive } = format
      if (keepAlive === null) return
      timer = setInterval(() => {
        // A full buffer means that the client does not read; it needs no comments.
        if ((controller.desiredSize ?? 0) <= 0) return
        if (server.clock.monotonic() - lastWrite < server.keepAliveMs) return
        lastWrite = server.clock.monotonic()
        controller.enqueue(encoder.encode(keepAlive))
      }, server.keepAliveMs)
      timer.unref()
    },
    async pull(controller) {
      try {
        const next = pending ?? iterator.next()
        pending = undefined
        const { done, value } = await next
        lastWrite = server.clock.monotonic()
        if (done) {
          finish()
          controller.close()
        } else {
          controller.enqueue(encoder.encode(value))
        }
      } catch (error) {
        const failure = failureOf(error, scope.signal)
        // What still works on this answer (other choices of it) works in vain.
        scope.abort(failure)
        finish()
        if (failure.code === 'internal') server.sanjha.log.error({ err: failure.cause ?? failure }, 'a stream failed')
        controller.enqueue(encoder.encode(format.encodeError(failure)))
        controller.close()
      }
    },
    async cancel() {
      clearInterval(timer)
      scope.abort(new SanjhaError('cancelled', 'The client closed the connection.'))
      scope.end()
      await iterator.return?.()
    },
  })
  return new Response(body, {
    headers: { 'content-type': format.contentType, 'cache-control': 'no-cache', 'x-accel-buffering': 'no' },
  })
}

/** Waits until `promise` is settled (however), but no longer than `ms`. */
async function settledWithin(promise: Promise<unknown>, ms: number): Promise<void> {
  const { promise: time, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  timer.unref()
  promise.then(
    () => resolve(),
    () => resolve(),
  )
  await time
  clearTimeout(timer)
}
