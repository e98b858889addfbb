import { SanjhaError } from '../../../core/index.ts'

/**
 * The path in an archive that `wanted` means: the whole path, else the one file whose path ends in `/wanted`.
 * Errors: `model_not_found` with the models that are there, `invalid_reference` when several match.
 */
export function chooseMember(paths: readonly string[], wanted: string, archive: string): string {
  if (paths.includes(wanted)) return wanted
  const matches = paths.filter((path) => path.endsWith(`/${wanted}`))
  if (matches.length === 1) return matches[0]!
  if (matches.length > 1) {
    throw new SanjhaError('invalid_reference', `${archive} holds ${matches.length} files called ${wanted}.`, {
      hint: `Name one by its whole path, e.g. ${matches[0]}.`,
    })
  }
  const models = paths.filter((path) => /\.(?:gguf|safetensors)(?:\.part\d+)?$/.test(path)).slice(0, 5)
  throw new SanjhaError('model_not_found', `${archive} holds no file ${wanted}.`, {
    hint: models.length > 0 ? `It holds ${models.join(', ')}.` : 'It holds no model files.',
  })
}
