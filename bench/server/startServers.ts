import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchContext } from '../contract.ts'
import { freePort, Service } from '../support/Service.ts'

/** Our server with a fake engine, in a process of its own. `labFolder`: where a Lab was built, if it is needed. */
export async function startFakeServer(
  context: BenchContext,
  { labFolder }: { readonly labFolder?: string } = {},
): Promise<Service> {
  const port = await freePort()
  const home = await mkdtemp(join(context.scratch, 'home-'))
  return Service.start({
    command: process.execPath,
    args: [
      '--expose-gc',
      join(import.meta.dirname, 'fakeServer.ts'),
      home,
      String(port),
      ...(labFolder === undefined ? [] : [labFolder]),
    ],
    port,
    ipc: true,
  })
}

/** The least that answers HTTP, in a process of its own. */
export async function startBareServer(): Promise<Service> {
  const port = await freePort()
  return Service.start({
    command: process.execPath,
    args: [join(import.meta.dirname, 'bareServer.ts'), String(port)],
    port,
    ipc: true,
  })
}

/** A chat request that the fake engine answers in four tokens. */
export const smallChat: Readonly<Record<string, unknown>> = {
  model: 'fake',
  messages: [{ role: 'user', content: 'Hi' }],
}
