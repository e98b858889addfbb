/**
 * An id that follows from what a thing is, so that importing it again finds it there. Not for secrets: WebCrypto is not
 * there on pages that come over plain HTTP from another machine.
 */
export function contentId(prefix: string, content: string): string {
  let [a, b, c, d] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0xdeadbeef]
  for (let i = 0; i < content.length; i++) {
    const unit = content.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x85ebca6b) ^ (b >>> 13)
    b = Math.imul(b ^ unit, 0xc2b2ae35) ^ (c >>> 16)
    c = Math.imul(c ^ unit, 0x27d4eb2f) ^ (d >>> 15)
    d = Math.imul(d ^ unit, 0x165667b1) ^ (a >>> 14)
  }
  return `${prefix}_${[a, b, c, d].map((part) => (part >>> 0).toString(32).padStart(7, '0')).join('')}`
}
