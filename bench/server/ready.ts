import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { Benchmark, BenchmarkResult } from '../contract.ts'
import { interleave } from '../method/interleave.ts'
import { ownEnvironment } from '../support/checkout.ts'
import { installPackage } from '../support/installPackage.ts'
import { freePort, Service } from '../support/Service.ts'

/** How soon a server without a model answers. */
export const ready: Benchmark = {
  name: 'server.ready',
  summary:
    'From starting `sanjha serve` (the installed program, no model, a home that was used before) to the first 200 of `/health`.',
  run: async (context): Promise<BenchmarkResult> => {
    const { program } = await installPackage(context.scratch)
    const home = await mkdtemp(join(context.scratch, 'home-'))
    const values = await interleave(
      [
        {
          name: 'ours',
          run: async () => {
            const port = await freePort()
            await using service = await Service.start({
              command: process.execPath,
              args: [program, 'serve', '--port', String(port)],
              env: ownEnvironment(home),
              port,
            })
            return { ms: service.readyMs }
          },
        },
      ],
      { ...context, rounds: context.quick ? context.rounds : Math.max(10, context.rounds) },
    )
    return {
      measurements: [{ label: 'ready', unit: 'ms', ours: values('ours', 'ms'), target: { of: 'value', atMost: 1000 } }],
      notes: [],
    }
  },
}
