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

/** Renders a chat without any system text. @param render the chat, with these system messages in front. */
export type WithoutSystem = (render: RenderWith, hasTools: boolean) => string

/**
 * Many templates put a system text of their own where a chat brings none. It is found by comparing a rendering without
 * a system message with one whose system message is known, and the turn around it is removed as well.
 *
 * With tools, a text that differs from the one without tools tells the model how to call them, and stays.
 * @param renderPlain a chat of one user message without tools, with these system messages in front: what it shows is
 *   learned once.
 */
export function learnWithoutSystem(renderPlain: RenderWith): WithoutSystem {
  const plainBare = tryRender(renderPlain, [])
  const plainMarked = tryRender(renderPlain, [marker])
  const isInjecting =
    plainBare !== undefined && plainMarked !== undefined && injectedText(plainBare, plainMarked) !== undefined
  if (!isInjecting) return (render) => render([])
  const turn = learnTurn(renderPlain)
  const whole = turn === undefined ? undefined : turn.before + marker + turn.after

  return (render, hasTools) => {
    if (whole !== undefined && !hasTools) {
      const marked = tryRender(render, [marker])
      const at = marked?.indexOf(whole) ?? -1
      if (marked !== undefined && at >= 0) return marked.slice(0, at) + marked.slice(at + whole.length)
    }
    const bare = render([])
    const marked = tryRender(render, [marker])
    // Today's date may stand in the text, so it is looked at anew.
    const injected = injectedText(tryRender(renderPlain, []) ?? '', tryRender(renderPlain, [marker]) ?? '')
    if (marked === undefined || injected === undefined || injectedText(bare, marked) !== injected) return bare
    const at = marked.indexOf(marker)
    if (whole !== undefined) {
      const start = marked.indexOf(whole)
      if (start >= 0) return marked.slice(0, start) + marked.slice(start + whole.length)
    }
    const emptied = marked.slice(0, at) + marked.slice(at + marker.length)
    for (const empty of emptySystemTurns) {
      const start = emptied.indexOf(empty)
      if (start >= 0 && start <= at && start + empty.length >= at) {
        return emptied.slice(0, start) + emptied.slice(start + empty.length)
      }
    }
    return emptied
  }
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
