import { systemClock } from '../../core/index.ts'
import { createNet } from '../download/index.ts'
import type { RunProgram, TransportContext, TransportSettings } from '../transports/index.ts'

/** A real network on this machine, no programs, no waiting; each part can be replaced. */
export async function testContext(
  parts: Partial<TransportContext> & {
    readonly hub?: Partial<TransportSettings['hub']>
    readonly registries?: Partial<TransportSettings['registries']>
  } = {},
): Promise<TransportContext> {
  const nothing: RunProgram = async () => undefined
  const { hub, registries, ...rest } = parts
  return {
    net: await createNet({
      stallTimeoutMs: 10_000,
      probeTimeoutMs: 10_000,
      clock: { ...systemClock, sleep: async () => undefined },
    }),
    env: {},
    run: nothing,
    settings: {
      hub: { endpoint: 'http://127.0.0.1:9', token: null, home: null, ...hub },
      registries: { pypi: null, npm: null, ...registries },
      network: { allowHttp: false },
    },
    home: '/nowhere',
    cwd: '/nowhere',
    ...rest,
  }
}
