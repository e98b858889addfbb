import { SanjhaError } from '../../core/index.ts'
import { isLoopbackHost } from '../download/index.ts'
import { formatReference } from '../reference.ts'
import type { ResolvedFile, Transport } from './contract.ts'
import { fileRole, partNames, splitPart } from './fileRole.ts'

/** A file behind a web address. Plain http only on this machine, because anybody on the way can change it. */
export const web: Transport<'https' | 'http'> = {
  schemes: ['https', 'http'],
  resolve: async (reference, context) => {
    const url = new URL(reference.url)
    if (url.protocol === 'http:' && !isLoopbackHost(url.hostname) && !context.settings.network.allowHttp) {
      throw new SanjhaError(
        'forbidden',
        `${url.host} is asked by plain http, where anybody on the way could change the model.`,
        {
          hint: 'Use https. If you trust the network between, set `network.allowHttp: true` in the configuration.',
        },
      )
    }
    const name = decoded(url.pathname.slice(url.pathname.lastIndexOf('/') + 1))
    const part = splitPart(name)
    const names = part === null ? [name] : partNames(part.base, part.count)
    const files = names.map((file): ResolvedFile => {
      const address = new URL(encodeURIComponent(file), url)
      address.search = url.search
      return {
        name: file,
        role: fileRole(file) ?? 'weights',
        size: null,
        digest: null,
        origin: { kind: 'http', url: address.href, label: `${address.origin}${address.pathname}` },
      }
    })
    return {
      source: formatReference(reference),
      files,
      messages: [`Nobody states a digest for ${url.host}${url.pathname}, so only its length can be checked.`],
    }
  },
}

/** A percent sign that encodes nothing means itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
