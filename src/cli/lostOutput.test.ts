import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { CliIo } from './CliContext.ts'
import { handleLostOutput } from './lostOutput.ts'

function streams() {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const exits: number[] = []
  const lost = handleLostOutput({ stdout, stderr } as unknown as CliIo, (status) => exits.push(status))
  const fail = (stream: PassThrough, code: string): boolean =>
    stream.emit('error', Object.assign(new Error(`${code}: write`), { code }))
  return { stdout, stderr, exits, lost, fail, said: () => String(stderr.read() ?? '') }
}

describe('when the output cannot be written', () => {
  it('because nobody reads it, the program ends without a word', () => {
    for (const name of ['stdout', 'stderr'] as const) {
      const it = streams()
      it.fail(it[name], 'EPIPE')
      expect([it.exits, it.said()]).toEqual([[141], ''])
    }
  })

  it('for another reason, that is an error in words', () => {
    for (const [code, words] of [
      ['ENOSPC', 'there is no space left on the disk'],
      ['EWHATEVER', 'EWHATEVER: write'],
    ] as const) {
      const it = streams()
      it.fail(it.stdout, code)
      expect([it.exits, it.said()]).toEqual([[1], `Error: The output cannot be written: ${words}.\n`])
    }
  })

  it('and only the talk is lost, the data goes on', () => {
    const it = streams()
    it.fail(it.stderr, 'ENOSPC')
    expect(it.exits).toEqual([])
  })

  it('a command that outlives its readers goes on', () => {
    const it = streams()
    it.lost.outlive()
    for (const stream of [it.stdout, it.stderr]) for (const code of ['EPIPE', 'ENOSPC', 'EIO']) it.fail(stream, code)
    expect([it.exits, it.said()]).toEqual([[], ''])
  })
})
