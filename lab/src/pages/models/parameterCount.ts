const scales: Readonly<Record<string, number>> = { K: 1e3, M: 1e6, B: 1e9, T: 1e12 }

/** The number in what people write (`350M`, `1B (1.5B class)`, `<1M`), to sort by; undefined where there is none. */
export function parameterCount(parameters: number | string | null): number | undefined {
  if (typeof parameters === 'number') return parameters
  const [, digits, scale] = /([\d.]+)\s*([KMBT])/i.exec(parameters ?? '') ?? []
  const count = Number(digits) * (scales[scale?.toUpperCase() ?? ''] ?? Number.NaN)
  return Number.isFinite(count) ? count : undefined
}
