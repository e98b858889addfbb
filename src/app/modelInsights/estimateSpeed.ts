import type { ModelSpeed } from './contract.ts'

/** A model whose speed on this machine is known, and all of whose weights are read for every token. */
export interface MeasuredModel {
  readonly name: string
  readonly weightsBytes: number
  readonly tokensPerSecond: number
}

/**
 * How fast a model of that size would be. For every token all weights are read once, so the time per token goes with their
 * size; the rate at which this machine reads them is taken from the measured model that is nearest in size, as it differs
 * between small and large ones. Null when nothing was measured.
 */
export function estimateSpeed(weightsBytes: number, measured: readonly MeasuredModel[]): ModelSpeed | null {
  const distance = (model: MeasuredModel): number => Math.abs(Math.log(model.weightsBytes / weightsBytes))
  const [nearest] = measured.toSorted((a, b) => distance(a) - distance(b))
  if (nearest === undefined || weightsBytes <= 0) return null
  const tokensPerSecond = (nearest.tokensPerSecond * nearest.weightsBytes) / weightsBytes
  return { tokensPerSecond: rounded(tokensPerSecond), how: 'estimated', from: nearest.name }
}

/** Two digits are as much as an estimate is worth. */
const rounded = (value: number): number => Number(value.toPrecision(2))

/** Names by which families of experts are known where no header says it: of these only a part is read for each token. */
export function soundsLikeExperts(name: string): boolean {
  return /(?:^|-)a\d+(?:\.\d+)?[bm](?:-|$)|moe|-h-(?:tiny|small)|gpt-oss|mixtral/i.test(name)
}
