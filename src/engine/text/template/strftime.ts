const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const

const pad = (value: number, width = 2): string => String(value).padStart(width, '0')

/**
 * C's `strftime` in English, whatever the locale, so that the same chat gives the same prompt on every machine.
 * Unknown directives stay as they are.
 */
export function strftime(date: Date, format: string): string {
  const directives: Readonly<Record<string, () => string>> = {
    Y: () => String(date.getFullYear()),
    y: () => pad(date.getFullYear() % 100),
    m: () => pad(date.getMonth() + 1),
    d: () => pad(date.getDate()),
    e: () => String(date.getDate()).padStart(2, ' '),
    B: () => months[date.getMonth()]!,
    b: () => months[date.getMonth()]!.slice(0, 3),
    A: () => days[date.getDay()]!,
    a: () => days[date.getDay()]!.slice(0, 3),
    H: () => pad(date.getHours()),
    I: () => pad(((date.getHours() + 11) % 12) + 1),
    M: () => pad(date.getMinutes()),
    S: () => pad(date.getSeconds()),
    p: () => (date.getHours() < 12 ? 'AM' : 'PM'),
    F: () => `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`,
    '%': () => '%',
  }
  return format.replace(/%-?([A-Za-z%])/g, (whole: string, letter: string) => {
    const value = directives[letter]?.()
    if (value === undefined) return whole
    return whole[1] === '-' ? value.replace(/^0+(?=\d)/, '') : value
  })
}
