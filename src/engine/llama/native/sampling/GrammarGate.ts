import { SanjhaError } from '../../../../core/index.ts'
import type { NativeApi, Pointer } from '../bindings/nativeApi.ts'
import type { Vocabulary } from '../model/Vocabulary.ts'

export interface GrammarSource {
  readonly gbnf: string
  readonly lazy?: { readonly triggerWords: readonly string[] }
}

/** A grammar that follows what is generated. A lazy one sleeps until a trigger word was written. */
export interface GrammarGate {
  /** False while a lazy grammar sleeps. */
  readonly isAwake: boolean
  /** The native sampler that bans what the grammar does not allow. Only when awake. */
  readonly sampler: Pointer
  accept(token: number): void
  free(): void
}

/** llama.cpp reads groups inside each other by recursion; some ten thousand of them overflow its stack. */
const deepestGroup = 1000

/** Errors: `invalid_request` when llama.cpp cannot read the grammar. */
export function createGrammarGate(api: NativeApi, vocabulary: Vocabulary, source: GrammarSource): GrammarGate {
  const { gbnf, lazy } = source
  if (groupDepth(gbnf) > deepestGroup) {
    throw new SanjhaError('invalid_request', `The grammar has more than ${deepestGroup} groups inside each other.`, {
      param: 'grammar',
      hint: 'Give inner groups rules of their own.',
    })
  }
  const make = (init: () => Pointer): Pointer => {
    let sampler = init()
    if (sampler === null) {
      api.setNativeLog(true)
      sampler = init()
      api.setNativeLog(false)
    }
    if (sampler === null) {
      throw new SanjhaError('invalid_request', 'The grammar cannot be read.', {
        param: 'grammar',
        hint: 'It must be GBNF with a rule named root. The engine’s log (`sanjha logs`) names the place.',
      })
    }
    return sampler
  }
  const initPlain = (): Pointer => api.samplerInitGrammar(vocabulary.pointer, gbnf, 'root')
  if (lazy === undefined || lazy.triggerWords.length === 0) {
    const sampler = make(initPlain)
    return {
      isAwake: true,
      sampler,
      accept: (token) => api.samplerAccept(sampler, token),
      free: () => api.samplerFree(sampler),
    }
  }
  // Read it at once, so that a bad grammar is an error before any work.
  api.samplerFree(make(initPlain))
  return lazyGate(api, vocabulary, lazy.triggerWords, (patterns) =>
    make(() => api.samplerInitGrammarLazy(vocabulary.pointer, gbnf, 'root', patterns, [])),
  )
}

/**
 * llama.cpp's own lazy sampler matches a regular expression against all text so far, at each token again. Here the
 * words are looked for in the last few tokens only, and the native sampler gets just those.
 */
function lazyGate(
  api: NativeApi,
  vocabulary: Vocabulary,
  words: readonly string[],
  wake: (patterns: readonly string[]) => Pointer,
): GrammarGate {
  const escaped = words.map((word) => word.replaceAll(/[.^$|()*+?[\]{}\\]/g, '\\$&'))
  const patterns = [`[\\s\\S]*?(${escaped.join('|')})[\\s\\S]*`]
  const encoder = new TextEncoder()
  const longest = Math.max(...words.map((word) => encoder.encode(word).length))
  const decoder = new TextDecoder('latin1')
  const needles = words.map((word) => decoder.decode(encoder.encode(word)))
  const recent: { token: number; text: string }[] = []
  let sampler: Pointer = null
  return {
    get isAwake() {
      return sampler !== null
    },
    get sampler() {
      return sampler
    },
    accept(token) {
      if (sampler !== null) return api.samplerAccept(sampler, token)
      recent.push({ token, text: decoder.decode(vocabulary.bytes(token, true)) })
      let length = recent.reduce((sum, each) => sum + each.text.length, 0)
      while (recent.length > 1 && length - (recent[0] as { text: string }).text.length >= longest) {
        length -= (recent.shift() as { text: string }).text.length
      }
      const text = recent.map((each) => each.text).join('')
      if (!needles.some((needle) => text.includes(needle))) return
      sampler = wake(patterns)
      for (const each of recent) api.samplerAccept(sampler, each.token)
    },
    free() {
      if (sampler !== null) api.samplerFree(sampler)
      sampler = null
    },
  }
}

/** How deep groups stand inside each other. Parentheses in texts, classes and comments are none. */
function groupDepth(gbnf: string): number {
  let depth = 0
  let deepest = 0
  let end = ''
  for (let at = 0; at < gbnf.length; at++) {
    const character = gbnf[at] as string
    if (end !== '') {
      if (character === '\\' && end !== '\n') at++
      else if (character === end) end = ''
    } else if (character === '"' || character === '#' || character === '[') {
      end = character === '"' ? '"' : character === '[' ? ']' : '\n'
    } else if (character === '(') deepest = Math.max(deepest, ++depth)
    else if (character === ')') depth--
  }
  return deepest
}
