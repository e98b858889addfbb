/** All that shows nothing, or that cannot be told from a space: controls, formats, joiners, variants, blank letters, other spaces. */
const unseen = /(?![\n\t ])[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\u{13441}\u{13442}\u{16fe4}\u{1d159}]/gu
/** Letters and digits that are written from right to left, with their marks. */
const rightToLeft =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}](?:[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]|\p{M})*/gu

/** More spaces than this push what follows out of sight. */
const spaces = 8
/** At the beginning of a line they are the indentation of what was put in order. */
const indentation = 32

/**
 * A text that someone is about to allow, with all that is in it made visible: `⟨U+200B⟩`, `⟨48 spaces⟩`. Words that are
 * written from right to left are isolated, each for itself, so that whatever surrounds them keeps its order. Stricter than
 * `showHidden`: it also marks what some scripts need, such as joiners.
 */
export function showEverything(text: string): string {
  const lines = text.split('\n')
  const shown: string[] = []
  for (let i = 0; i < lines.length; i++) {
    shown.push(showLine(lines[i] as string))
    if (lines[i]?.trim() !== '') continue
    let end = i
    while (end + 1 < lines.length && lines[end + 1]?.trim() === '') end++
    // Empty lines, too, push what follows out of sight.
    if (end - i < spaces) continue
    shown[shown.length - 1] = `⟨${end - i + 1} empty lines⟩`
    i = end
  }
  return shown.join('\n')
}

function showLine(line: string): string {
  const seen = line
    .replace(/ {9,}|[ \t]*\t[ \t]*/g, (run, at: number) => {
      const width = run.replaceAll('\t', '        ').length
      if (width <= (at === 0 ? indentation : spaces)) return run
      return run.includes('\t') ? `⟨${run.length} spaces and tabs⟩` : `⟨${run.length} spaces⟩`
    })
    .replace(unseen, show)
  const isolated = seen.replace(rightToLeft, '\u2067$&\u2069')
  // The line, too: it does not take its direction from what it stands in.
  return isolated === seen ? seen : `\u2066${isolated}\u2069`
}

function show(character: string): string {
  const code = character.codePointAt(0) as number
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return '␡'
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
}
