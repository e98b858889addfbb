/** What a browser gives for drawing; tests bring their own. */
export interface PaintSource {
  now(): number
  frame(callback: () => void): void
  later(callback: () => void, ms: number): void
}

const browser: PaintSource = {
  now: () => performance.now(),
  frame: (callback) => void requestAnimationFrame(callback),
  later: (callback, ms) => void setTimeout(callback, ms),
}

/** Answers grow by hundreds of words a second; nobody reads more than this many pictures of it. */
const paintMs = 50

/** Gathers what has changed and lets it be drawn at most 20 times a second, in the browser's own rhythm. */
export class PaintClock {
  readonly #source: PaintSource
  readonly #waiting = new Set<() => void>()
  #isScheduled = false
  #last = Number.NEGATIVE_INFINITY

  constructor(source: PaintSource = browser) {
    this.#source = source
  }

  /** Calls `draw` with the next picture, once, however often it is asked for until then. */
  schedule(draw: () => void): void {
    this.#waiting.add(draw)
    if (this.#isScheduled) return
    this.#isScheduled = true
    const wait = this.#last + paintMs - this.#source.now()
    if (wait > 0) this.#source.later(() => this.#source.frame(() => this.#draw()), wait)
    else this.#source.frame(() => this.#draw())
  }

  /** What was scheduled and is not drawn yet will not be. */
  cancel(draw: () => void): void {
    this.#waiting.delete(draw)
  }

  #draw(): void {
    this.#isScheduled = false
    this.#last = this.#source.now()
    const draws = [...this.#waiting]
    this.#waiting.clear()
    for (const draw of draws) draw()
  }
}
