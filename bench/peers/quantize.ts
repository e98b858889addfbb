import { join } from 'node:path'
import type { BenchContext } from '../contract.ts'
import { run } from '../support/run.ts'

/** The measured model in another format, made by llama-quantize in the scratch folder; its path. */
export async function quantize(context: BenchContext, command: string, format: 'Q8_0'): Promise<string> {
  const path = join(context.scratch, `${format}.gguf`)
  await run(command, ['--allow-requantize', await context.model(), path, format], { signal: context.signal })
  return path
}
