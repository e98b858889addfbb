export type Pooling = 'none' | 'mean' | 'cls' | 'last' | 'rank'

/** `enum llama_pooling_type`. */
export const poolingTypes: Readonly<Record<Pooling, number>> = { none: 0, mean: 1, cls: 2, last: 3, rank: 4 }
