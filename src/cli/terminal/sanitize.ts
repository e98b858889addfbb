/**
 * Neutralises terminal control in text that a model (or a file, or a server) wrote: an answer must not be able to move
 * the cursor, retitle the window, write to the clipboard (OSC 52) or hide text. Newline and tab stay; every other C0 and
 * C1 control, DEL, and the bidirectional overrides that can make text read differently from what it is, become visible.
 */
export function sanitize(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = character.codePointAt(0) as number
    // U+2400 ff. are the printable pictures of the C0 controls, so that a person sees what was there.
    if (code < 0x20) return String.fromCodePoint(0x2400 + code)
    if (code === 0x7f) return '\u2421'
    return '\ufffd'
  })
}

// A carriage return could overwrite the line it stands in, so it goes too, except before a newline.
const unsafe = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\r(?!\n)/g
