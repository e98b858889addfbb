import { SanjhaError } from '../../core/index.ts'
import { type Reference, unsupportedSource } from '../reference.ts'
import type { ResolvedModel, Transport, TransportContext } from './contract.ts'
import { hub } from './hub.ts'
import { localFile } from './localFile.ts'
import { npm } from './packages/npm.ts'
import { pypi } from './packages/pypi.ts'
import { web } from './web.ts'

/** Every way to models. */
export const transports: readonly Transport[] = [hub, pypi, npm, web, localFile] as readonly Transport[]

/** Resolves a reference by the transport of its scheme. Errors: `unsupported` for a scheme without one. */
export async function resolveReference(reference: Reference, context: TransportContext): Promise<ResolvedModel> {
  const transport = transports.find((t) => t.schemes.includes(reference.scheme))
  if (transport !== undefined) return await transport.resolve(reference as never, context)
  if (reference.scheme === 'ollama' || reference.scheme === 'ms' || reference.scheme === 'rlcr')
    throw unsupportedSource(reference)
  throw new SanjhaError('unsupported', `Models of the form ${reference.scheme} cannot be fetched.`)
}
