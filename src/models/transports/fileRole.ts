import type { FileRole } from '../store/contract.ts'

/** What a file is to a model, by its name. Null for files that a model does not need. */
export function fileRole(name: string): FileRole | null {
  const base = name.slice(name.lastIndexOf('/') + 1)
  if (/^mmproj.*\.gguf$/i.test(base) || /[._-]mmproj[._-].*\.gguf$/i.test(base)) return 'projector'
  if (/\.(?:gguf|safetensors)$/i.test(base)) return 'weights'
  if (/^chat_template\.(?:jinja|json)$/.test(base)) return 'template'
  if (/^(?:LICEN[CS]E|COPYING|NOTICE|USE_POLICY)(?:[._-].*)?$/i.test(base)) return 'license'
  if (/^README\.md$/i.test(base)) return 'doc'
  if (
    /^(?:config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab|preprocessor_config|modules|sentence_bert_config|.*\.safetensors\.index)\.json$/.test(
      base,
    )
  )
    return 'config'
  if (/^(?:tokenizer\.model|merges\.txt|vocab\.txt)$/.test(base)) return 'config'
  return null
}

/** `model-00001-of-00003.gguf` taken apart; null for a file that is no part. */
export function splitPart(
  name: string,
): { readonly base: string; readonly index: number; readonly count: number } | null {
  const match = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/i.exec(name)
  if (match === null) return null
  const [, base = '', index, count] = match
  return { base, index: Number(index), count: Number(count) }
}

/** The names of all parts, in order. */
export function partNames(base: string, count: number): string[] {
  const digits = (n: number): string => String(n).padStart(5, '0')
  return Array.from({ length: count }, (_, i) => `${base}-${digits(i + 1)}-of-${digits(count)}.gguf`)
}
