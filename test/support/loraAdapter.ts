/**
 * A LoRA adapter of rank 1 for SmolLM2-135M, as GGUF version 3. It is for the first layer's query projection (576 × 576):
 * all of A is 1 and all of B is `value`, so that it adds `scale · value · Σx` to every query.
 */
export function loraAdapter(value: number): Buffer {
  const chunks: Buffer[] = []
  const number = (bytes: 4 | 8, n: number): void => {
    const buffer = Buffer.alloc(bytes)
    if (bytes === 4) buffer.writeUInt32LE(n)
    else buffer.writeBigUInt64LE(BigInt(n))
    chunks.push(buffer)
  }
  const text = (value: string): void => {
    number(8, Buffer.byteLength(value))
    chunks.push(Buffer.from(value))
  }
  const stringType = 8
  const floatType = 6
  chunks.push(Buffer.from('GGUF'))
  number(4, 3)
  number(8, 2)
  number(8, 4)
  for (const [key, content] of [
    ['general.type', 'adapter'],
    ['general.architecture', 'llama'],
    ['adapter.type', 'lora'],
  ] as const) {
    text(key)
    number(4, stringType)
    text(content)
  }
  text('adapter.lora.alpha')
  number(4, floatType)
  const alpha = Buffer.alloc(4)
  alpha.writeFloatLE(1)
  chunks.push(alpha)
  const width = 576
  const tensors = [
    { name: 'blk.0.attn_q.weight.lora_a', shape: [width, 1], fill: 1 },
    { name: 'blk.0.attn_q.weight.lora_b', shape: [1, width], fill: value },
  ]
  for (const [i, { name, shape }] of tensors.entries()) {
    text(name)
    number(4, shape.length)
    for (const length of shape) number(8, length)
    number(4, 0)
    number(8, i * width * 4)
  }
  const head = Buffer.concat(chunks)
  const padding = Buffer.alloc((32 - (head.length % 32)) % 32)
  const data = tensors.map(({ fill }) => Buffer.from(new Float32Array(width).fill(fill).buffer))
  return Buffer.concat([head, padding, ...data])
}
