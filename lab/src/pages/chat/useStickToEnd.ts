import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'

/** Within so many pixels of the end the reader is at the end. */
const near = 64

const distance = (): number => {
  const { scrollHeight, clientHeight, scrollTop } = document.documentElement
  return scrollHeight - clientHeight - scrollTop
}

/**
 * Keeps the page at its end while `content` grows, but only for a reader who is there; who has scrolled up stays where they
 * are, and `isAway` tells them that there is more.
 */
export function useStickToEnd(content: RefObject<HTMLElement | null>): { isAway: boolean; toEnd: () => void } {
  const [isAway, setAway] = useState(false)
  const sticks = useRef(true)
  const height = useRef(0)
  const toEnd = useCallback(() => {
    sticks.current = true
    setAway(false)
    scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' })
  }, [])
  useEffect(() => {
    const element = content.current
    if (element === null) return
    let last = scrollY
    const look = (): void => {
      // Only a reader scrolls up; growing text never does.
      const isUp = scrollY < last - 1
      last = scrollY
      const isNear = distance() <= near
      if (isNear) sticks.current = true
      else if (isUp) sticks.current = false
      setAway(!isNear && !sticks.current)
    }
    const grown = new ResizeObserver(() => {
      if (sticks.current) {
        scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' })
        last = scrollY
      } else if (distance() > near) setAway(true)
      height.current = element.offsetHeight
    })
    addEventListener('scroll', look, { passive: true })
    grown.observe(element)
    return () => {
      removeEventListener('scroll', look)
      grown.disconnect()
    }
  }, [content])
  return { isAway, toEnd }
}
