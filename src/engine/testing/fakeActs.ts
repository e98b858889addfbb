import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type ErrorCode, SanjhaError } from '../../core/index.ts'

/** Something a fake engine does in an answer. */
export type Act =
  | { readonly type: 'text' | 'reasoning'; readonly text: string }
  | { readonly type: 'tool-call'; readonly name: string; readonly arguments: string }
  | { readonly type: 'misbehave'; readonly run: (signal: AbortSignal) => Promise<void> }

/**
 * What a prompt asks a fake engine to do. Each `[[…]]` is one act, in order; a prompt without any is answered by
 * `greeting` and the prompt itself.
 *
 * - `[[say TEXT]]`, `[[think TEXT]]`, `[[repeat N WORD]]`, `[[tool NAME JSON]]`
 * - `[[throw CODE]]` throws a `SanjhaError`, `[[throw]]` a plain `Error`
 * - `[[crash]]` ends the process by SIGKILL, `[[exit]]` by exit code 3 after a line on stderr
 * - `[[hang]]` blocks the thread for ever, `[[stall]]` waits for ever without blocking it (cancelling ends it)
 * - `[[tidy]]` collects the garbage of the process, for whoever looks at its memory next
 *
 * Only for processes that may die: `crash`, `exit` and `hang` take the whole process along.
 */
export function actsOf(prompt: string, greeting: string): Act[] {
  const acts = [...prompt.matchAll(/\[\[(\w+)(?:\s+([\s\S]*?))?\]\](?!\])/g)].map((match) =>
    act(match[1] ?? '', match[2] ?? ''),
  )
  return acts.length > 0 ? acts : [{ type: 'text', text: `${greeting} ${prompt}` }]
}

function act(verb: string, rest: string): Act {
  const misbehave = (run: (signal: AbortSignal) => Promise<void>): Act => ({ type: 'misbehave', run })
  switch (verb) {
    case 'say':
      return { type: 'text', text: rest }
    case 'think':
      return { type: 'reasoning', text: rest }
    case 'repeat': {
      const [, count, word] = /^(\d+)\s+(.+)$/s.exec(rest) ?? []
      return { type: 'text', text: Array(Number(count)).fill(word).join(' ') }
    }
    case 'tool': {
      const [, name = '', json = '{}'] = /^(\S+)\s*([\s\S]*)$/.exec(rest) ?? []
      return { type: 'tool-call', name, arguments: json || '{}' }
    }
    case 'throw':
      return misbehave(async () => {
        throw rest === '' ? new Error('Thrown on demand.') : new SanjhaError(rest as ErrorCode, 'Thrown on demand.')
      })
    case 'crash':
      return misbehave(async () => {
        console.error('GGML_ASSERT(pretended) failed')
        process.kill(process.pid, 'SIGKILL')
        await new Promise(() => undefined)
      })
    case 'exit':
      return misbehave(async () => {
        console.error('about to exit')
        process.exit(3)
      })
    case 'hang':
      return misbehave(async () => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
      })
    case 'stall':
      return misbehave(
        (signal) =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(new SanjhaError('cancelled', 'The request was cancelled.')))
          }),
      )
    case 'tidy':
      return misbehave(async () => {
        setFlagsFromString('--expose-gc')
        runInNewContext('gc')()
      })
    default:
      throw new SanjhaError('invalid_request', `The fake engine cannot ${verb}.`)
  }
}
