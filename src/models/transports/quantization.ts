/** From best to worst for somebody who did not choose: the usual compromise first, then what is near it. */
const preference: readonly string[] = [
  'Q4_K_M',
  'Q4_K_S',
  'Q4_0',
  'Q4_1',
  'IQ4_NL',
  'IQ4_XS',
  'MXFP4',
  'Q5_K_M',
  'Q5_K_S',
  'Q5_0',
  'Q5_1',
  'Q6_K',
  'Q8_0',
  'Q3_K_L',
  'Q3_K_M',
  'BF16',
  'F16',
  'FP16',
  'F32',
]

/** The quantisation that a GGUF file's name says, in upper case; null when it says none. */
export function quantizationOf(path: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const word = /(?:^|[._-])(I?Q\d(?:_[A-Z0-9]+)*|TQ\d_\d|MXFP4|BF16|FP?16|FP?32)(?=[.-]|$)/gi
  return [...name.matchAll(word)].at(-1)?.[1]?.toUpperCase() ?? null
}

/** Of several files, the one whose quantisation is the best choice for most people. */
export function preferredFile<T extends { readonly path: string }>(files: readonly T[]): T | undefined {
  const rank = (file: T): number => {
    const place = preference.indexOf(quantizationOf(file.path) ?? '')
    return place < 0 ? preference.length : place
  }
  return files.toSorted((a, b) => rank(a) - rank(b) || a.path.length - b.path.length || (a.path < b.path ? -1 : 1))[0]
}
