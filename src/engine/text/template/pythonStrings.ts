/** Python's string methods that the library lacks, or whose arguments it does not look at. */
type StringMethod = (self: string, args: readonly unknown[]) => string | number | boolean

const text = (value: unknown): string => (typeof value === 'string' ? value : String(value))

/** Cuts characters off the ends: those of `set`, or white space. */
function strip(self: string, set: unknown, left: boolean, right: boolean): string {
  const cut = (character: string): boolean =>
    typeof set === 'string' ? set.includes(character) : character.trim() === ''
  let from = 0
  let to = self.length
  while (left && from < to && cut(self[from]!)) from++
  while (right && to > from && cut(self[to - 1]!)) to--
  return self.slice(from, to)
}

export const pythonStringMethods: ReadonlyMap<string, StringMethod> = new Map<string, StringMethod>([
  ['strip', (self, [set]) => strip(self, set, true, true)],
  ['lstrip', (self, [set]) => strip(self, set, true, false)],
  ['rstrip', (self, [set]) => strip(self, set, false, true)],
  ['removeprefix', (self, [prefix]) => (self.startsWith(text(prefix)) ? self.slice(text(prefix).length) : self)],
  [
    'removesuffix',
    (self, [suffix]) => (suffix !== '' && self.endsWith(text(suffix)) ? self.slice(0, -text(suffix).length) : self),
  ],
  ['find', (self, [part]) => self.indexOf(text(part))],
  ['rfind', (self, [part]) => self.lastIndexOf(text(part))],
  ['count', (self, [part]) => self.split(text(part)).length - 1],
  ['isdigit', (self) => /^\d+$/.test(self)],
  ['isspace', (self) => /^\s+$/.test(self)],
  [
    'format',
    (self, args) => {
      let next = 0
      return self.replace(/\{\{|\}\}|\{(\d*)\}/g, (whole: string, index: string | undefined) => {
        if (index === undefined) return whole[0]!
        return text(args[index === '' ? next++ : Number(index)] ?? '')
      })
    },
  ],
])
