import { nodeCrypto, SanjhaError } from '../core/index.ts'

/** The name under which a step's result is kept: SHA-256 over the step's name and inputs, whatever the order of keys. */
export function stepDigest(name: string, inputs: unknown): string {
  return `sha256:${nodeCrypto()
    .createHash('sha256')
    .update(canonicalJson([name, inputs]))
    .digest('hex')}`
}

/**
 * JSON with sorted keys and without spaces, so that equal values have equal text. Object fields that are undefined are
 * left out, as in JSON. Errors: `internal` for what JSON cannot hold (NaN, functions, bigint, …), because two different
 * values would then have one digest.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`
  if (typeof value === 'object') {
    const json = (value as { toJSON?: () => unknown }).toJSON
    if (typeof json === 'function') return canonicalJson(json.call(value))
    const prototype = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) {
      const fields = Object.entries(value)
        .filter(([, field]) => field !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1))
      return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`).join(',')}}`
    }
  }
  throw new SanjhaError('internal', `The inputs of a step must be JSON; ${describe(value)} is not.`)
}

const describe = (value: unknown): string =>
  typeof value === 'object' ? `a ${value?.constructor?.name ?? 'strange object'}` : String(value)
