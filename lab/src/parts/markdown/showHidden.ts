/**
 * Characters that hide or reorder what stands around them: terminal controls, directions that override, invisible tags. A
 * reader is to see that they are there. Joiners, marks of direction and soft hyphens stay: scripts need them, and they
 * move nothing but themselves.
 */
const hidden = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu

/** The same text with what is hidden in it made visible: `ESC` as ␛, U+202E as ⟨U+202E⟩. */
export function showHidden(text: string): string {
  return text.replace(hidden, (character) => {
    const code = character.codePointAt(0) as number
    if (code < 0x20) return String.fromCodePoint(0x2400 + code)
    if (code === 0x7f) return '␡'
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
  })
}
