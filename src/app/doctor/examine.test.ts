import { expect, it } from 'vitest'
import type { Sanjha } from '../contract.ts'
import type { Check } from './contract.ts'
import { examine } from './examine.ts'

const never = new AbortController().signal
const check = (id: string, run: Check['run'], network = false): Check => ({ id, title: id.toUpperCase(), network, run })
const options = { offline: true, loadEngine: false, signal: never }
const models = [{ model: 'm', engine: 'llama', state: 'ready', status: { threads: 2 } }]
const sanjha = (list: readonly unknown[]): Sanjha => ({ engines: { list: () => list } }) as unknown as Sanjha

it('gives every finding in its order, also those of checks that fail or are skipped', async () => {
  const checks = [
    check('slow', async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return { outcome: 'ok', message: 'fine' }
    }),
    check('broken', () => Promise.reject(new Error('no'))),
    check('net', () => Promise.reject(new Error('asked')), true),
  ]
  const found = await examine(sanjha([]), { ...options, checks })
  expect(found.map(({ id, outcome }) => [id, outcome])).toEqual([
    ['slow', 'ok'],
    ['broken', 'problem'],
    ['net', 'skipped'],
  ])
})

it('waits for no check for ever, whether it heeds its signal or not', async () => {
  const checks = [
    check('deaf', () => new Promise(() => undefined)),
    check(
      'heeding',
      (_, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    ),
  ]
  const found = await examine(sanjha([]), { ...options, checks, timeoutMs: 20 })
  expect(found.map(({ outcome, message }) => [outcome, message])).toEqual([
    ['warning', 'No answer within 0.02 s.'],
    ['warning', 'No answer within 0.02 s.'],
  ])
})

it('loads no model to try the engine unless it is asked to', async () => {
  let tried = 0
  const checks = [
    check('engine', async () => {
      tried++
      return { outcome: 'ok', message: 'tried' }
    }),
  ]
  expect((await examine(sanjha([]), { ...options, checks }))[0]).toMatchObject({ outcome: 'skipped' })
  expect((await examine(sanjha(models), { ...options, checks }))[0]?.message).toBe('m is loaded (2 threads).')
  expect(tried).toBe(0)
  expect((await examine(sanjha([]), { ...options, checks, loadEngine: true }))[0]?.message).toBe('tried')
})

it('ends with its caller', async () => {
  const gone = AbortSignal.abort(new Error('gone'))
  const checks = [check('heeding', async (_, signal) => signal.throwIfAborted() as never)]
  await expect(examine(sanjha([]), { ...options, signal: gone, checks })).rejects.toThrow('gone')
})
