import { emptySystemTurns } from './emptySystemTurns.ts'

/** Renders the chat with this system message in front, or with none. */
type RenderWith = (system: readonly string[]) => string

const marker = 'zqsystemqz'
const secondMarker = 'zqsecondqz'

function commonPrefix(a: string, b: string): number {
  let length = 0
  while (length < a.length && length < b.length && a[length] === b[length]) length++
  return length
}

function commonSuffix(a: string, b: string, limit: number): number {
  let length = 0
  while (length < limit && a[a.length - 1 - length] === b[b.length - 1 - length]) length++
  return length
}

function tryRender(render: RenderWith, system: readonly string[]): string | undefined {
  try {
    return render(system)
  } catch {
    return undefined
  }
}

/** What the template puts around a system message: learned from two system messages in a row, where it takes them. */
function learnTurn(render: RenderWith): { before: string; after: string } | undefined {
  const text = tryRender(render, [marker, secondMarker])
  if (text === undefined) return undefined
  const first = text.indexOf(marker)
  const second = text.indexOf(secondMarker)
  if (first < 0 || second < 0) return undefined
  // between = end of one turn + start of the next. Any cut of it that fits on both sides removes the same characters.
  const between = text.slice(first + marker.length, second)
  const head = text.slice(0, first)
  const tail = text.slice(second + secondMarker.length)
  for (let cut = 0; cut <= between.length; cut++) {
    const after = between.slice(0, cut)
    const before = between.slice(cut)
    if (tail.startsWith(after) && head.endsWith(before)) return { before, after }
  }
  return undefined
}

/**
 * The prompt of a chat without any system text. Many templates put one of their own where a chat brings none; that text
 * is found by comparing the rendering without a system message with one whose system message is known, and the turn
 * around it is removed as well.
 * @param render the chat itself. @param renderPlain the same without tools: a text that only appears with tools tells
 *   the model how to call them and stays.
 */
export function withoutSystem(render: RenderWith, renderPlain: RenderWith): string {
  const bare = render([])
  const marked = tryRender(render, [marker])
  const bareText = tryRender(renderPlain, [])
  const markedText = tryRender(renderPlain, [marker])
  if (marked === undefined || bareText === undefined || markedText === undefined) return bare
  const injected = injectedText(bareText, markedText)
  if (injected === undefined) return bare
  const turn = learnTurn(renderPlain)
  const found = marked.indexOf(marker)
  if (found < 0) return bare
  if (turn !== undefined) {
    const whole = turn.before + marker + turn.after
    const at = marked.indexOf(whole)
    const removed = at < 0 ? undefined : marked.slice(0, at) + marked.slice(at + whole.length)
    // With tools in the same turn the turn is not the message's alone: only the text may go.
    if (removed !== undefined && injectedText(bare, marked) === injected) return removed
  }
  const at = bare.indexOf(injected)
  if (at < 0) return bare
  const head = bare.slice(0, at)
  const tail = bare.slice(at + injected.length)
  if (injectedText(bare, marked) !== injected) return bare
  const emptied = head + tail
  for (const empty of emptySystemTurns) {
    const start = emptied.indexOf(empty)
    if (start >= 0 && start <= head.length && start + empty.length >= head.length) {
      return emptied.slice(0, start) + emptied.slice(start + empty.length)
    }
  }
  return emptied
}

/** The text that stands in `bare` where `marked` has the marker; undefined when nothing was injected. */
function injectedText(bare: string, marked: string): string | undefined {
  const at = marked.indexOf(marker)
  if (at < 0) return undefined
  const head = commonPrefix(bare, marked)
  const suffixLimit = Math.min(bare.length - head, marked.length - at - marker.length)
  const tail = commonSuffix(bare, marked, suffixLimit)
  // The marker's surroundings must be there in both: else the whole turn is absent, and nothing was injected.
  if (head < at || tail < marked.length - at - marker.length) return undefined
  const text = bare.slice(at, bare.length - tail)
  return text === '' ? undefined : text
}
