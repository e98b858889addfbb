/** Text that is safe to show. `stopped` is the stop text that was reached; nothing comes after it. */
export interface Assembled {
  readonly text: string
  readonly stopped?: string
}

/**
 * Makes text from the bytes of tokens: a character is never broken, and of a stop text not even a first piece gets out.
 */
export interface TextAssembler {
  push(bytes: Uint8Array): Assembled
  /** The answer is over: what was held back comes out, an incomplete character as U+FFFD. */
  flush(): Assembled
}

/**
 * Where several stop texts match, the one that begins earliest wins, and of those that begin at one place the one that
 * ends first: what a reader of finished text would find, however the bytes were split.
 * @param stop texts that end the answer. Empty ones are ignored.
 */
export function createTextAssembler(options: { readonly stop: readonly string[] }): TextAssembler {
  const stops = [...new Set(options.stop)].filter((stop) => stop !== '').sort((a, b) => a.length - b.length)
  const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })
  let held = ''
  let stopped: string | undefined

  /** The earliest place where a stop text begins, complete or cut off by the end of what is known so far. */
  function scan(isEnd: boolean): Assembled {
    for (let at = 0; at < held.length; at++) {
      for (const stop of stops) {
        if (held.startsWith(stop, at)) {
          const text = held.slice(0, at)
          held = ''
          stopped = stop
          return { text, stopped: stop }
        }
        // A longer stop text may begin here, and would then win over any that begins later.
        if (!isEnd && held.length - at < stop.length && stop.startsWith(held.slice(at))) {
          const text = held.slice(0, at)
          held = held.slice(at)
          return { text }
        }
      }
    }
    const text = held
    held = ''
    return { text }
  }

  return {
    push(bytes) {
      if (stopped !== undefined) return { text: '', stopped }
      held += decoder.decode(bytes, { stream: true })
      return scan(false)
    },
    flush() {
      if (stopped !== undefined) return { text: '', stopped }
      held += decoder.decode()
      return scan(true)
    },
  }
}
