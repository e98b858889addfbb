/**
 * For the foot's `ref`: tells its neighbours how high it is (`--chat-foot`), which depends on what is written in it and on what
 * would be left out of the context, so that what stands just above it is not covered.
 */
export function keepFootHeight(foot: HTMLElement | null): (() => void) | undefined {
  const around = foot?.parentElement
  if (foot === null || around === null || around === undefined) return undefined
  const observer = new ResizeObserver(() => around.style.setProperty('--chat-foot', `${foot.offsetHeight}px`))
  observer.observe(foot)
  return () => observer.disconnect()
}
