import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { Sanjha } from '../../app/index.ts'
import { testSanjha } from '../../server/testing/testServer.ts'
import type { CliContext } from '../CliContext.ts'
import { Output } from '../terminal/Output.ts'
import { startServer } from './startServer.ts'

let folder: string
afterEach(() => rm(folder, { recursive: true, force: true }))

function contextOf(sanjha: Sanjha, signal: AbortSignal): CliContext {
  const silent = { write: () => true }
  return {
    out: new Output({ stdout: silent, stderr: silent, env: {}, quiet: true, json: false }),
    signal,
    openApp: async () => sanjha,
    settle: () => undefined,
    outliveOutput: () => undefined,
  } as unknown as CliContext
}

it('a server that cannot make itself known does not go on listening', async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-start-'))
  const { sanjha } = testSanjha()
  // No folder can be made where a file is.
  const instances = join(folder, 'instances')
  await writeFile(instances, '')
  const paths = { ...sanjha.paths, logs: folder, instances }
  const listening = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length
  const before = listening()
  const context = contextOf({ ...sanjha, paths }, new AbortController().signal)
  await expect(startServer(context, { models: [], useDefault: false })).rejects.toThrow()
  // A handle is off the list only some turns after it is closed.
  await expect.poll(listening).toBe(before)
  await sanjha.close()
})
