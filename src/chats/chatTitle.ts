/** A title from the first thing that was asked: its first line, cut at a word, at most 60 characters. */
export function chatTitle(text: string): string {
  const line = (text.trim().split(/\r?\n/, 1)[0] ?? '').replaceAll(/\s+/g, ' ').trim()
  // Made here and not once: making it takes 10 ms, which every command that loads this file would pay.
  const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  // A pasted line may be megabytes long; 60 characters never need more than this.
  const characters = Array.from(segments.segment(line.slice(0, 1_000)), (s) => s.segment)
  if (characters.length <= 60) return line.length > 1_000 ? `${characters.join('')}…` : line
  const cut = characters.slice(0, 59).join('')
  const space = cut.lastIndexOf(' ')
  return `${space > cut.length / 2 ? cut.slice(0, space) : cut}…`
}
