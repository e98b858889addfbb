import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createImageFetcher } from './images.ts'
import { isPublicAddress } from './publicAddress.ts'

const png = Buffer.from('89504e470d0a1a0a0000', 'hex')
const signal = new AbortController().signal
const answer = (status: number, headers = {}, body: Buffer | null = null): Response =>
  new Response(body && new Uint8Array(body), { status, headers })

it('come from the address that was checked', async () => {
  const asked: string[] = []
  const fetchImage = createImageFetcher({
    resolve: async () => ['93.184.216.34'],
    request: async (url, address) => {
      asked.push(`${url.href} at ${address}`)
      return url.pathname === '/a' ? answer(302, { location: '/b' }) : answer(200, {}, png)
    },
  })
  const image = await fetchImage(new URL('https://example.org/a'), signal)
  expect([image.mediaType, Buffer.from(image.data)]).toEqual(['image/png', png])
  expect(asked).toEqual(['https://example.org/a at 93.184.216.34', 'https://example.org/b at 93.184.216.34'])
})

it('never from a private one, not by a name, not by a redirect, not by one of several addresses', async () => {
  const refused = async (url: string, addresses: string[], location?: string): Promise<void> => {
    const fetchImage = createImageFetcher({
      resolve: async (host) => (host === 'example.org' ? addresses : ['127.0.0.1']),
      request: async () => answer(302, { location: location ?? '/' }),
    })
    await expect(fetchImage(new URL(url), signal)).rejects.toMatchObject({ code: 'forbidden' })
  }
  await refused('https://example.org/', ['10.0.0.1'])
  await refused('https://example.org/', ['93.184.216.34', '192.168.0.1'])
  await refused('https://example.org/', ['93.184.216.34'], 'http://169.254.169.254/')
  await refused('https://example.org/', ['93.184.216.34'], 'http://inner.example/')
  await refused('https://example.org/', ['93.184.216.34'], 'file:///etc/passwd')
  await refused('https://example.org/', ['::ffff:10.0.0.1'])
})

it('a redirect without end, an error and what is no image are refused', async () => {
  const fetcher = (response: () => Response) =>
    createImageFetcher({ resolve: async () => ['93.184.216.34'], request: async () => response() })
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
    async () => new Response(broken),
  ]) {
    const fetchImage = createImageFetcher({ resolve: async () => ['93.184.216.34'], request })
    await expect(fetchImage(new URL('https://example.org/'), signal)).rejects.toMatchObject({
      code: 'invalid_request',
      param: 'image_url',
      message: expect.stringContaining('example.org'),
    })
  }
})

it('private addresses of any form are known', () => {
  for (const address of [
    '127.0.0.1',
    '0.0.0.0',
    '100.64.1.1',
    '172.31.255.255',
    '198.18.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    'nonsense',
  ]) {
    expect([address, isPublicAddress(address)]).toEqual([address, false])
  }
  for (const address of ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111']) {
    expect([address, isPublicAddress(address)]).toEqual([address, true])
  }
  fc.assert(fc.property(fc.nat(255), fc.nat(255), fc.nat(255), (a, b, c) => !isPublicAddress(`10.${a}.${b}.${c}`)))
})
