import { expect, it } from 'vitest'
import { createFetch, SanjhaError } from '../../core/index.ts'
import { createImageFetcher } from './images.ts'

const png = Buffer.from('89504e470d0a1a0a0000', 'hex')
const signal = new AbortController().signal
const answer = (status: number, headers = {}, body: Buffer | null = null): Response =>
  new Response(body && new Uint8Array(body), { status, headers })

it('come from where a redirect leads', async () => {
  const asked: string[] = []
  const fetchImage = createImageFetcher(async (url, init) => {
    asked.push(String(url))
    expect(init?.redirect).toBe('manual')
    return String(url).endsWith('/a') ? answer(302, { location: '/b' }) : answer(200, {}, png)
  })
  const image = await fetchImage(new URL('https://example.org/a'), signal)
  expect([image.mediaType, Buffer.from(image.data)]).toEqual(['image/png', png])
  expect(asked).toEqual(['https://example.org/a', 'https://example.org/b'])
})

it('never from a private one, not by a name, not by a redirect, not by one of several addresses', async () => {
  const refused = async (url: string, addresses: string[], location?: string): Promise<void> => {
    const lookup = async (host: string) => (host === 'example.org' ? addresses : ['127.0.0.1'])
    const real = createFetch({ publicOnly: true, lookup })
    const fetchImage = createImageFetcher(async (target, init) =>
      location !== undefined && String(target) === url ? answer(302, { location }) : real(target, init),
    )
    await expect(fetchImage(new URL(url), signal)).rejects.toMatchObject({
      code: 'forbidden',
      status: 400,
      param: 'image_url',
    })
  }
  await refused('https://example.org/', ['10.0.0.1'])
  await refused('https://example.org/', ['93.184.216.34', '192.168.0.1'])
  await refused('https://example.org/', ['93.184.216.34'], 'http://169.254.169.254/')
  await refused('https://example.org/', ['93.184.216.34'], 'http://inner.example/')
  await refused('https://example.org/', ['93.184.216.34'], 'file:///etc/passwd')
  await refused('https://example.org/', ['::ffff:10.0.0.1'])
})

it('a redirect without end, an error and what is no image are refused', async () => {
  const fetcher = (response: () => Response) => createImageFetcher(async () => response())
  const url = new URL('https://example.org/')
  for (const response of [
    () => answer(302, { location: '/' }),
    () => answer(404),
    () => answer(200, { 'content-type': 'image/png' }, Buffer.from('<html>')),
  ]) {
    await expect(fetcher(response)(url, signal)).rejects.toMatchObject({ code: 'invalid_request' })
  }
})

it('a host that does not answer, or breaks off, is the address’s fault and no defect of ours', async () => {
  const broken = new ReadableStream({ pull: (controller) => controller.error(new TypeError('terminated')) })
  for (const request of [
    () => Promise.reject(new TypeError('fetch failed')),
    () => Promise.reject(new DOMException('too late', 'TimeoutError')),
    () => Promise.reject(new SanjhaError('network_unreachable', 'The name cannot be resolved.')),
    async () => new Response(broken),
  ]) {
    const fetchImage = createImageFetcher(request)
    await expect(fetchImage(new URL('https://example.org/'), signal)).rejects.toMatchObject({
      code: 'invalid_request',
      param: 'image_url',
      message: expect.stringContaining('example.org'),
    })
  }
})
