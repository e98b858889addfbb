/**
 * Asks a host for anything at all. Undefined when it answered, whatever the status below 500; else the reason, in words.
 * @param timeoutMs how long to wait
 */
export async function answersWithin(
  fetch: typeof globalThis.fetch,
  url: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const deadline = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(url, {
      method: 'HEAD',
      redirect: 'manual',
      signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
    })
    await response.body?.cancel()
    return response.status < 500 ? undefined : `it answered with status ${response.status}.`
  } catch (error) {
    signal?.throwIfAborted()
    if (deadline.aborted) return `no answer within ${timeoutMs / 1000} s.`
    const cause = (error as Error).cause
    return cause instanceof Error ? cause.message : (error as Error).message
  }
}
