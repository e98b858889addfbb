import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createNet } from './net.ts'

test('a host’s own proxy goes before the environment’s, and holds for that host alone', async () => {
  const proxy = createServer((request, response) => response.end(`asked for ${request.url}`))
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const { port } = proxy.address() as AddressInfo
  try {
    const net = await createNet({ env: { HTTP_PROXY: 'http://127.0.0.1:1' } })
    const own = net.fetchFor({ proxy: `http://127.0.0.1:${port}` })
    expect(await (await own('http://somewhere.invalid/x')).text()).toBe('asked for http://somewhere.invalid/x')
    await expect(net.fetchFor(undefined)('http://somewhere.invalid/x')).rejects.toThrow()
  } finally {
    proxy.closeAllConnections()
    proxy.close()
  }
})

test('a certificate file that is not there is said by its name', async () => {
  const net = await createNet()
  await expect(net.fetchFor({ caFile: 'no-such.pem' })('https://127.0.0.1:1/')).rejects.toMatchObject({
    code: 'invalid_config',
  })
})
