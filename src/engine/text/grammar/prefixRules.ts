/**
 * Puts a prefix before every rule name of a grammar, so that it can stand beside other rules. Texts, character classes
 * and comments stay as they are.
 */
export function prefixRules(gbnf: string, prefix: string): string {
  return gbnf.replace(
    /"(?:\\[\s\S]|[^"\\])*"|\[(?:\\[\s\S]|[^\]\\])*\]|#[^\n]*|<[^>\s]*>|\{[^}]*\}|([A-Za-z][A-Za-z0-9-]*)/g,
    (whole: string, name: string | undefined) => (name === undefined ? whole : `${prefix}${name}`),
  )
}
