import type { Language } from './languages.ts'
import type en from './messages/en.json'
import type { Values } from './Texts.tsx'

/** Time, as people read it. */
export interface Times {
  /** As exact as it matters: `42 sec`, `3 min 5 sec`, `2 hr 10 min`. `coarse`: without seconds beside minutes. */
  duration(seconds: number, options?: { readonly coarse?: boolean }): string
  /** `now`, `40 seconds ago`, `yesterday`. */
  ago(then: Date, now: Date): string
  /** Day and time, to the second. */
  moment(at: Date): string
  /** The time of the day, to the second. */
  clock(at: Date): string
}

const steps = [
  { unit: 'second', seconds: 1 },
  { unit: 'minute', seconds: 60 },
  { unit: 'hour', seconds: 3_600 },
  { unit: 'day', seconds: 86_400 },
] as const

/**
 * Words come from the catalogues: browsers say that they know Punjabi, and then answer in numbers and English. Of them come
 * only the digits of a date, in the order that is used where the language is spoken.
 * @param preferred the browser's languages: which English it is
 */
export function createTimes(
  text: (key: keyof typeof en, values?: Values) => string,
  language: Language,
  preferred: readonly string[],
): Times {
  const locale =
    language === 'pa' ? 'en-IN' : (preferred.find((tag) => tag.startsWith(language) && isTag(tag)) ?? language)
  const digits: Intl.DateTimeFormatOptions =
    language === 'pa'
      ? {
          day: '2-digit',
          month: '2-digit',
          year: 'numeric',
          hour: '2-digit',
          minute: '2-digit',
          second: '2-digit',
          hourCycle: 'h23',
        }
      : { dateStyle: 'medium', timeStyle: 'medium' }
  const { day, month, year, dateStyle, ...time } = digits
  const asMoment = new Intl.DateTimeFormat(locale, digits)
  const asClock = new Intl.DateTimeFormat(locale, time)
  const largest = (seconds: number): number =>
    Math.max(
      0,
      steps.findLastIndex((step) => seconds >= step.seconds),
    )
  return {
    moment: (at) => asMoment.format(at),
    clock: (at) => asClock.format(at),
    duration: (seconds, { coarse = false } = {}) => {
      const whole = Math.max(0, Math.round(seconds))
      const index = largest(whole)
      const step = steps[index] as (typeof steps)[number]
      const smaller = steps[index - 1]
      if (smaller === undefined) return text('time.second', { count: whole })
      if (coarse && smaller.unit === 'second') return text('time.minute', { count: Math.round(whole / 60) })
      const rest = Math.floor((whole % step.seconds) / smaller.seconds)
      const large = text(`time.${step.unit}`, { count: Math.floor(whole / step.seconds) })
      return rest === 0 ? large : `${large} ${text(`time.${smaller.unit}`, { count: rest })}`
    },
    ago: (then, now) => {
      const seconds = Math.floor((now.getTime() - then.getTime()) / 1000)
      if (seconds < 10) return text('ago.now')
      const { unit, seconds: size } = steps[largest(seconds)] as (typeof steps)[number]
      return text(`ago.${unit}`, { count: Math.floor(seconds / size) })
    },
  }
}

/** Where the system's language is “C”, Chromium names it `en-US@posix`, of which its own `Intl` knows nothing. */
function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0
  } catch {
    return false
  }
}
