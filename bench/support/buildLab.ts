import { join } from 'node:path'
import { checkout } from './checkout.ts'
import { run } from './run.ts'

/** Builds the Lab from the sources as they are into this folder, and gives the folder. */
export async function buildLab(folder: string): Promise<string> {
  const vite = join(checkout, 'node_modules', 'vite', 'bin', 'vite.js')
  const args = [vite, 'build', '--config', join(checkout, 'lab', 'vite.config.ts'), '--logLevel', 'error']
  await run(process.execPath, args, { env: { ...process.env, LAB_OUT: folder } })
  return folder
}
