import { SanjhaError } from '../../core/index.ts'
import type { AcquireOptions, ChatMessage, ContentPart } from '../../engine/index.ts'
import { withEngine } from './calls.ts'
import { parseImageUrl } from './images.ts'
import type { RouteRequest } from './route.ts'

/** Where in the messages an image still has to be fetched to. */
interface RemoteImage {
  readonly placeholder: ContentPart
  readonly url: URL
}

/** Messages as they came, with the images that are not in them yet. */
export interface MessagesWithImages {
  readonly messages: readonly ChatMessage[]
  readonly remoteImages: readonly RemoteImage[]
}

/** Gathers the images of one request while its messages are read. */
export class ImageCollector {
  readonly remote: RemoteImage[] = []

  /** A content part for an image URL: the image, or a placeholder until it is fetched. Errors: as `parseImageUrl`. */
  add(url: string, param: string): ContentPart {
    const source = parseImageUrl(url, param)
    if (!(source instanceof URL)) return source
    const placeholder: ContentPart = { type: 'image', mediaType: '', data: new Uint8Array() }
    this.remote.push({ placeholder, url: source })
    return placeholder
  }
}

/** Fetches what is missing, but only for a model that can see. Errors: `unsupported`, and those of the fetch. */
export async function resolveImages(
  request: RouteRequest,
  model: string,
  acquire: AcquireOptions,
  { messages, remoteImages }: MessagesWithImages,
): Promise<readonly ChatMessage[]> {
  if (remoteImages.length === 0) return messages
  await withEngine(request, model, acquire, async (engine, name) => {
    if (engine.capabilities.vision) return
    throw new SanjhaError('unsupported', `The model ${name} cannot see images.`, {
      param: 'messages',
      hint: 'Leave the image out, or use a model with vision.',
    })
  })
  const fetched = new Map<ContentPart, ContentPart>()
  for (const { placeholder, url } of remoteImages) {
    fetched.set(placeholder, await request.server.fetchImage(url, request.signal))
  }
  return messages.map((m) => ({ ...m, content: m.content.map((part) => fetched.get(part) ?? part) }))
}
