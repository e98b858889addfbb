const bytesOf: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2, I64: 8, U8: 1 }

export interface TestSafetensors {
  readonly tensors: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly number[] }[]
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Replaces the header's text. */
  readonly header?: string
}

/** Builds a small safetensors file. */
export function makeSafetensors({ tensors, metadata, header }: TestSafetensors): Uint8Array {
  let offset = 0
  const entries = tensors.map(({ name, dtype, shape }) => {
    const start = offset
    offset += shape.reduce((a, b) => a * b, 1) * (bytesOf[dtype] ?? 0)
    return [name, { dtype, shape, data_offsets: [start, offset] }] as const
  })
  const text = header ?? JSON.stringify({ ...(metadata && { __metadata__: metadata }), ...Object.fromEntries(entries) })
  const json = new TextEncoder().encode(text)
  const length = new Uint8Array(8)
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true)
  return Buffer.concat([length, json, new Uint8Array(offset)])
}
