import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../../../core/index.ts'
import { openEngineLog } from './engineLog.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-log-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('openEngineLog', () => {
  it('appends, and makes its folder', async () => {
    const path = join(folder, 'logs', 'engine-a.log')
    const first = openEngineLog(path)
    first.write('one\n')
    first.close()
    const second = openEngineLog(path)
    second.write('two\n')
    second.close()
    expect(await readFile(path, 'utf8')).toBe('one\ntwo\n')
  })

  it('puts full files aside and keeps only the newest of them', async () => {
    const path = join(folder, 'engine.log')
    const log = openEngineLog(path, { maxBytes: 10, keep: 2 })
    for (let line = 0; line < 8; line++) log.write(`line ${line}\n`)
    log.close()
    expect((await readdir(folder)).toSorted()).toEqual(['engine.log', 'engine.log.1', 'engine.log.2'])
    expect(await readFile(path, 'utf8')).toBe('line 7\n')
    expect(await readFile(`${path}.2`, 'utf8')).toBe('line 5\n')
  })

  it('remembers the last lines, also one that has not ended', () => {
    const log = openEngineLog(join(folder, 'engine.log'), { tailLines: 2 })
    for (const chunk of ['a\nb', 'b\n\nc\n', 'd']) log.write(Buffer.from(chunk))
    expect(log.tail()).toEqual(['c', 'd'])
    log.close()
  })

  it('says once that it cannot write, and does not throw', async () => {
    const path = join(folder, 'engine.log')
    await mkdir(path)
    const said: string[] = []
    const log = openEngineLog(path, { log: { ...silentLogger, warn: (_, message) => said.push(message) } })
    log.write('a\n')
    log.write('b\n')
    expect(log.tail()).toEqual(['a', 'b'])
    expect(said).toHaveLength(1)
    log.close()
  })
})
