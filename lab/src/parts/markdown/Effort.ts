/** More is not spent on one paragraph. Ordinary ones of 16 KB need a tenth of it. */
const perRun = 2_000_000
/** More is not spent on all that is drawn at once. */
const perDraw = 24_000_000

// Blanks in a row are read anew from each of them where a tag may stand.
const marks = /[*_~`[\]!<$\\@:&]|\s\s/g

/**
 * What reading the markup within a text may take: each mark may make the reader look through all of the text for another
 * one, in time that grows with the square of its length.
 */
export function needsOf(source: string): number {
  return source.length * ((source.match(marks)?.length ?? 0) + 1)
}

/** What may still be spent on markup before something has to be shown. */
export class Effort {
  #left = perDraw

  /** False: that is more than it is worth. */
  spend(need: number): boolean {
    if (need > perRun || need > this.#left) return false
    this.#left -= need
    return true
  }
}
