import { stat } from 'node:fs/promises'
import { isNodeError, SanjhaError } from '../../core/index.ts'

/** Bytes of a file of this machine. Errors: `not_found`, `invalid_reference` for what is no file. */
export async function localSize(path: string): Promise<number> {
  try {
    const info = await stat(path)
    if (info.isFile()) return info.size
  } catch (error) {
    if (!isNodeError(error) || (error.code !== 'ENOENT' && error.code !== 'ENOTDIR')) throw error
    throw new SanjhaError('not_found', `There is no file ${path}.`, { cause: error, hint: 'Check the path.' })
  }
  throw new SanjhaError('invalid_reference', `${path} is no file.`, { hint: 'Name a .gguf or .safetensors file.' })
}
