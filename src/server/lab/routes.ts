import { SanjhaError } from '../../core/index.ts'
import { type Route, type RouteRequest, route } from '../http/route.ts'
import { entry, type LabFile } from './labFiles.ts'
import { labPolicy } from './policy.ts'

/**
 * The web page. It tells nothing that a stranger may not know, so it needs no key; what it shows it asks of the API, which
 * does. Any address that is no file of it is one of its own, and gets the page itself.
 */
const lab: Route = route({
  method: 'GET',
  path: '/lab/:path{.*}',
  surface: 'admin',
  summary: 'The Lab, Sanjha’s web page',
  produces: ['text/html'],
  isPublic: true,
  isPage: true,
  handle: (request) => serve(request, request.params['path'] ?? ''),
})

const labFolder: Route = route({
  method: 'GET',
  path: '/lab',
  surface: 'admin',
  summary: 'The Lab, Sanjha’s web page',
  produces: ['text/html'],
  isPublic: true,
  isPage: true,
  handle: () => new Response(null, { status: 308, headers: { location: '/lab/' } }),
})

export const labRoutes: readonly Route[] = [labFolder, lab]

function serve({ server, headers }: RouteRequest, path: string): Response {
  const files = server.labFiles()
  const isAsset = path.startsWith('assets/')
  const file = files.get(isAsset ? path : entry)
  if (file === undefined) {
    throw new SanjhaError('not_found', isAsset ? `The Lab has no file ${path}.` : 'The Lab was not built here.', {
      hint: isAsset
        ? 'Load the page again.'
        : 'In a checkout `npm start` builds it; the package from npm brings it along.',
    })
  }
  return answer(file, isAsset, headers)
}

function answer({ type, bytes, gzip, etag }: LabFile, isAsset: boolean, headers: Headers): Response {
  const common = {
    etag,
    // Assets have the digest of their content in their name.
    'cache-control': isAsset ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': labPolicy,
    vary: 'accept-encoding',
  }
  if (headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers: common })
  const packed = /\bgzip\b/.test(headers.get('accept-encoding') ?? '') ? gzip : undefined
  return new Response(packed ?? bytes, {
    headers: { ...common, 'content-type': type, ...(packed && { 'content-encoding': 'gzip' }) },
  })
}
