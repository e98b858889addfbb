import { SanjhaError } from '../../core/index.ts'
import { type Route, route } from '../http/route.ts'

const refused = (path: string, summary: string, hint: string): Route =>
  route({
    method: 'POST',
    path,
    surface: 'ollama',
    summary,
    handle: () => {
      throw new SanjhaError('unsupported', `${path} is not offered by this server.`, { hint })
    },
  })

/** What Ollama offers and this server says no to, instead of "not found". */
export const refusedRoutes: readonly Route[] = [
  refused(
    '/api/create',
    'Not offered',
    'Use `sanjha pull file:///path/to/model.gguf` to bring in a model of your own.',
  ),
  refused('/api/push', 'Not offered', 'Use `sanjha push MODEL oci://registry/repository` instead.'),
]
