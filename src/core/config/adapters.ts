import { resolve } from 'node:path'
import { didYouMean } from '../didYouMean.ts'
import type { AdapterConfig } from './config.ts'
import { type Kind, parseJson, text, ValueProblem } from './kinds.ts'

const fields = ['name', 'model', 'file', 'scale'] as const

/** LoRA adapters and the models they are for. Whether the files are there is seen when they are asked for. */
export const adapters: Kind<readonly AdapterConfig[]> = {
  type: 'a list of `{name, model, file, scale}`',
  parse: (v) => {
    const items = typeof v === 'string' ? parseJson(v) : v
    if (!Array.isArray(items)) return undefined
    const parsed = items.map(parseAdapter)
    const twice = parsed.find((a, i) => parsed.findIndex((other) => other.name === a.name) !== i)
    if (twice) throw new ValueProblem(`Two adapters are called "${twice.name}".`)
    const stacked = parsed.find((a) => parsed.some((other) => other.name === a.model))
    if (stacked) {
      throw new ValueProblem(
        `The adapter "${stacked.name}" is for "${stacked.model}", which is an adapter’s name; it must be for a stored model.`,
      )
    }
    return parsed
  },
  show: (v) => v,
  locate: (v, folder) => v.map((adapter) => ({ ...adapter, file: resolve(folder, adapter.file) })),
}

function parseAdapter(item: unknown): AdapterConfig {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw new ValueProblem('Each adapter is a map with `name`, `model` and `file`.')
  }
  const adapter = item as Record<string, unknown>
  const unknown = Object.keys(adapter).find((k) => !(fields as readonly string[]).includes(k))
  if (unknown !== undefined) {
    const [near] = didYouMean(unknown, fields, 1)
    throw new ValueProblem(
      `An adapter has no "${unknown}"${near ? `; did you mean "${near}"?` : `. It has ${fields.join(', ')}.`}`,
    )
  }
  const field = (name: (typeof fields)[number]): string => {
    const parsed = text.parse(adapter[name])
    if (parsed === undefined) throw new ValueProblem(`An adapter needs \`${name}\`, which is text.`)
    return parsed
  }
  const name = field('name')
  // No slash and no colon: those are names of remote models and references.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw new ValueProblem(
      `An adapter’s name is made of letters, digits, dots, hyphens and underscores; "${name}" is not.`,
    )
  }
  const scale = adapter['scale'] ?? 1
  if (typeof scale !== 'number' || !Number.isFinite(scale)) {
    throw new ValueProblem(`The \`scale\` of the adapter "${name}" must be a number, such as 0.8.`)
  }
  return { name, model: field('model'), file: field('file'), scale }
}
