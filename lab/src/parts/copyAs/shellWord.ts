/** What a shell's line may safely hold as it is: no sign of the shell's own, nothing that steers a terminal. */
const plain = /^[A-Za-z0-9_@%+=:,./-]+$/

/** Steer a terminal or turn the reading order. A tab and the end of a line do no harm. */
const steering = /[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/

/**
 * One word of a POSIX shell's command line; also bash, zsh and fish read it so. What would steer the terminal when it is pasted
 * is written by its number. No program can be given the character NUL, nor half of a surrogate pair: they become “�”.
 */
export function shellWord(text: string): string {
  if (plain.test(text)) return text
  const parts = text
    .toWellFormed()
    .replaceAll('\0', '\ufffd')
    .split(new RegExp(`(${steering.source})`))
    .filter((part) => part !== '')
  return parts.map((part) => (steering.test(part) ? numbered(part) : quoted(part))).join('') || "''"
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

function numbered(text: string): string {
  const bytes = [...new TextEncoder().encode(text)]
  return `"$(printf '${bytes.map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}')"`
}

/** Whether the text reaches the program as it is. */
export const survivesShell = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

/** More than this cannot be given to a program as one word (Linux: 128 KiB); it has to be piped. */
export const longestWord = 100_000
