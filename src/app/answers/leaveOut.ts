/** Tokens kept free for an answer that sets no limit of its own. */
const usualReserve = 1_024

/**
 * What of a context is kept free for the answer: as much as it may take, but never more than half. Otherwise a limit as
 * large as the context would leave no room for the question.
 */
export function reserveFor(maxTokens: number | undefined, contextLength: number): number {
  return Math.min(maxTokens ?? Math.min(usualReserve, Math.floor(contextLength / 4)), Math.floor(contextLength / 2))
}

/**
 * The fewest oldest turns to leave out so that the rest has at most `room` tokens; all that may be left out when not even that
 * is enough. Counting a long chat takes a while, so it is done as seldom as can be.
 */
export async function turnsToLeaveOut(
  droppable: number,
  room: number,
  count: (dropped: number) => number | Promise<number>,
): Promise<number> {
  if ((await count(0)) <= room) return 0
  let tooFew = 0
  let enough = droppable
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2)
    if ((await count(middle)) <= room) enough = middle
    else tooFew = middle
  }
  return enough
}
