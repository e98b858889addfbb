/** Builds small GGUF files for tests, byte by byte, independently of the reader under test. */

export type TestValue =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'u32' | 'i32' | 'f32' | 'u8' | 'bool' | 'u64'; readonly value: number }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'u32s'; readonly value: readonly number[] }

export interface TestTensor {
  readonly name: string
  readonly shape: readonly number[]
  /** GGML type number; default 0 (F32). */
  readonly type?: number
  readonly bytes: number
}

export interface TestGguf {
  readonly version?: number
  readonly bigEndian?: boolean
  readonly alignment?: number
  readonly metadata?: Readonly<Record<string, TestValue>>
  readonly tensors?: readonly TestTensor[]
  /** Fills the weights, so that files differ. */
  readonly fill?: number
  readonly tensorCount?: number
  readonly keyCount?: number
}

const str = (value: string): TestValue => ({ type: 'string', value })
const u32 = (value: number): TestValue => ({ type: 'u32', value })

/** The metadata of a tiny but complete Llama: 2 layers, 4 heads, 2 KV heads, 64 wide. */
export const tinyMetadata: Readonly<Record<string, TestValue>> = {
  'general.architecture': str('llama'),
  'general.name': str('Tiny'),
  'general.license': str('apache-2.0'),
  'general.file_type': u32(0),
  'llama.context_length': u32(2048),
  'llama.embedding_length': u32(64),
  'llama.block_count': u32(2),
  'llama.attention.head_count': u32(4),
  'llama.attention.head_count_kv': u32(2),
  'tokenizer.ggml.model': str('gpt2'),
  'tokenizer.ggml.tokens': { type: 'strings', value: Array.from({ length: 2000 }, (_, i) => `t${i}`) },
  'tokenizer.ggml.eos_token_id': u32(1),
  'tokenizer.chat_template': str('{% for m in messages %}{{ m.content }}{% endfor %}'),
}

export const tinyTensors: readonly TestTensor[] = [
  { name: 'token_embd.weight', shape: [64, 10], bytes: 64 * 10 * 4 },
  { name: 'blk.0.attn_norm.weight', shape: [64], bytes: 64 * 4 },
  { name: 'blk.0.attn_q.weight', shape: [64, 3], bytes: 64 * 3 * 4 },
]

export function tinyGguf(fill = 0): Uint8Array {
  return makeGguf({ metadata: tinyMetadata, tensors: tinyTensors, fill })
}

export function makeGguf(it: TestGguf): Uint8Array {
  const little = it.bigEndian !== true
  const out: Uint8Array[] = []
  const number = (bytes: number, set: (view: DataView) => void): void => {
    const view = new DataView(new ArrayBuffer(bytes))
    set(view)
    out.push(new Uint8Array(view.buffer))
  }
  const n32 = (value: number): void => number(4, (v) => v.setUint32(0, value, little))
  const n64 = (value: number): void => number(8, (v) => v.setBigUint64(0, BigInt(value), little))
  const text = (value: string): void => {
    const bytes = new TextEncoder().encode(value)
    n64(bytes.length)
    out.push(bytes)
  }
  const length = (): number => out.reduce((sum, b) => sum + b.length, 0)
  const metadata: Record<string, TestValue> = { ...it.metadata }
  if (it.alignment !== undefined) metadata['general.alignment'] = u32(it.alignment)
  const entries = Object.entries(metadata)
  const tensors = it.tensors ?? []
  out.push(new TextEncoder().encode('GGUF'))
  n32(it.version ?? 3)
  n64(it.tensorCount ?? tensors.length)
  n64(it.keyCount ?? entries.length)
  for (const [key, value] of entries) {
    text(key)
    writeValue(value, { n32, n64, text, number, little })
  }
  const alignment = it.alignment ?? 32
  const align = (n: number): number => Math.ceil(n / alignment) * alignment
  let offset = 0
  for (const tensor of tensors) {
    text(tensor.name)
    n32(tensor.shape.length)
    for (const n of tensor.shape) n64(n)
    n32(tensor.type ?? 0)
    n64(offset)
    offset = align(offset + tensor.bytes)
  }
  if (tensors.length > 0) {
    out.push(new Uint8Array(align(length()) - length()))
    out.push(new Uint8Array(offset).fill(it.fill ?? 0))
  }
  return Buffer.concat(out)
}

interface Writer {
  readonly n32: (value: number) => void
  readonly n64: (value: number) => void
  readonly text: (value: string) => void
  readonly number: (bytes: number, set: (view: DataView) => void) => void
  readonly little: boolean
}

function writeValue(value: TestValue, { n32, n64, text, number, little }: Writer): void {
  switch (value.type) {
    case 'string':
      n32(8)
      text(value.value)
      break
    case 'u8':
      n32(0)
      number(1, (v) => v.setUint8(0, value.value))
      break
    case 'bool':
      n32(7)
      number(1, (v) => v.setUint8(0, value.value))
      break
    case 'u32':
      n32(4)
      n32(value.value)
      break
    case 'i32':
      n32(5)
      number(4, (v) => v.setInt32(0, value.value, little))
      break
    case 'f32':
      n32(6)
      number(4, (v) => v.setFloat32(0, value.value, little))
      break
    case 'u64':
      n32(10)
      n64(value.value)
      break
    case 'strings':
      n32(9)
      n32(8)
      n64(value.value.length)
      value.value.forEach(text)
      break
    case 'u32s':
      n32(9)
      n32(4)
      n64(value.value.length)
      value.value.forEach(n32)
      break
  }
}
