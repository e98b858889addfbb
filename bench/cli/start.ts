import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { Benchmark, BenchmarkResult } from '../contract.ts'
import { program } from '../support/checkout.ts'
import { installPackage } from '../support/installPackage.ts'
import { againstNode } from './against.ts'

/** What a person waits for before anything happens. */
export const start: Benchmark = {
  name: 'cli.start',
  summary:
    'From starting the installed program to its end, against `node -e 0` with the same Node. Everything was started before. In the checkout the program also looks whether its build is still fresh.',
  run: async (context): Promise<BenchmarkResult> => {
    const { program: installed } = await installPackage(context.scratch)
    const home = await mkdtemp(join(context.scratch, 'home-'))
    return againstNode(context, [
      { name: '`sanjha --help`', args: [installed, '--help'], home, atMost: 60 },
      { name: '`sanjha --version`', args: [installed, '--version'], home },
      { name: '`sanjha run --help`', args: [installed, 'run', '--help'], home },
      { name: '`./bin/sanjha.js --help` in the checkout', args: [program, '--help'], home },
    ])
  },
}
