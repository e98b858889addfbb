import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { readStdin } from './readStdin.ts'

const open = (): NodeJS.ReadStream => new PassThrough() as unknown as NodeJS.ReadStream
const options = (signal: AbortSignal = new AbortController().signal) => ({
  interactive: false,
  signal,
  waits: () => {},
})

it('gives what was piped in, without the last line’s end', async () => {
  const stdin = open()
  const text = readStdin(stdin, options())
  ;(stdin as unknown as PassThrough).end('one\ntwo\n')
  expect(await text).toBe('one\ntwo')
})

it('stops waiting for a stdin that says nothing when it is interrupted', async () => {
  const controller = new AbortController()
  const text = readStdin(open(), options(controller.signal))
  controller.abort(new Error('interrupted'))
  await expect(text).rejects.toThrow('interrupted')
})
