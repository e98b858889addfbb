import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { registerInstance } from '../core/index.ts'
import { listServers } from './servers.ts'

it('a server that still loads its model is found, one that hangs up or stops is not', async () => {
  const home = await mkdtemp(join(tmpdir(), 'sanjha-servers-'))
  const paths = { instances: join(home, 'instances') }
  let answer: readonly [status: number, body: object] = [200, { status: 'ok' }]
  const http = createServer((_, response) => response.writeHead(answer[0]).end(JSON.stringify(answer[1])))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const { unregister } = await registerInstance(paths, { kind: 'server', url })
  const found = async (): Promise<string[]> =>
    (await listServers(paths, new AbortController().signal)).map((server) => server.url)
  try {
    expect(await found()).toEqual([url])
    answer = [503, { status: 'starting' }]
    expect(await found()).toEqual([url])
    answer = [503, { error: { code: 'shutting_down' } }]
    expect(await found()).toEqual([])
  } finally {
    http.closeAllConnections()
    http.close()
    await unregister()
  }
  await rm(home, { recursive: true, force: true })
})
