/** What tells models apart where there is little room: of an address its end. */
export const shortName = (name: string): string =>
  name.includes('://') ? (name.split('/').findLast((part) => part !== '') ?? name) : name
