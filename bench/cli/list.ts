import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { Benchmark, BenchmarkResult } from '../contract.ts'
import { installPackage } from '../support/installPackage.ts'
import { againstNode, type Command } from './against.ts'
import { fillStore } from './fillStore.ts'

/** Whether listing stays quick as the store fills. */
export const list: Benchmark = {
  name: 'cli.list',
  summary: '`sanjha list` of the installed program with so many models in the store, against `node -e 0`.',
  run: async (context): Promise<BenchmarkResult> => {
    const { program } = await installPackage(context.scratch)
    const commands: Command[] = []
    for (const count of context.quick ? [0, 3] : [0, 10, 1000]) {
      const home = await mkdtemp(join(context.scratch, 'home-'))
      context.say(`filling a store with ${count} models`)
      if (count > 0) await fillStore(home, count)
      commands.push({ name: `\`sanjha list\`, ${count} models`, args: [program, 'list'], home, atMost: 150 })
    }
    return againstNode(context, commands)
  },
}
