import { SanjhaError } from '../../../core/index.ts'

/** A keyword that cannot be enforced is an error: dropping it would promise what the answer may not keep. */
export function unsupportedKeyword(keyword: string, path: string, why?: string): SanjhaError {
  return new SanjhaError(
    'invalid_request',
    `The JSON schema uses "${keyword}" at ${path}, which cannot be enforced while generating${why === undefined ? '' : `: ${why}`}.`,
    {
      param: 'schema',
      hint: `Remove "${keyword}", and check the answer against it afterwards.`,
      details: { keyword, path },
    },
  )
}

/** The schema allows nothing, or is none. */
export function badSchema(keyword: string, path: string, why: string): SanjhaError {
  return new SanjhaError('invalid_request', `The JSON schema is not usable: "${keyword}" at ${path} ${why}.`, {
    param: 'schema',
    details: { keyword, path },
  })
}
