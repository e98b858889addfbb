import { describe, expect, it } from 'vitest'
import { SanjhaError } from '../../core/index.ts'
import type { ResolvedReference } from '../../models/index.ts'
import type { Sanjha } from '../contract.ts'
import type { Finding } from './contract.ts'
import { diagnose } from './diagnose.ts'
import { checkNpm, checkPypi } from './registries.ts'

type Resolve = (reference: string, options?: { readonly signal?: AbortSignal }) => Promise<ResolvedReference>

const signal = new AbortController().signal
const found: ResolvedReference = { name: 'x', source: 'x', files: [], messages: [] }
const sanjhaThat = (resolve: Resolve): Sanjha => ({ models: { resolve } }) as unknown as Sanjha
const fails =
  (error: Error): Resolve =>
  () =>
    Promise.reject(error)

describe.each([
  [checkPypi, /^pypi:\/\//, /pip config list/],
  [checkNpm, /^npm:\/\//, /npm config get registry/],
])('the check of a registry', (check, reference, remedy) => {
  const finding = (resolve: Resolve): Promise<Finding> => check.run(sanjhaThat(resolve), signal)

  it('looks at one file of that registry, and fetches nothing', async () => {
    const asked: string[] = []
    const result = await finding(async (it) => {
      asked.push(it)
      return found
    })
    expect(result).toEqual({ outcome: 'ok', message: 'It answers.' })
    expect(asked).toEqual([expect.stringMatching(reference)])
  })

  it.each(['model_not_found', 'not_found', 'unsupported'] as const)(
    'takes %s for an answer: a mirror need not carry all',
    async (code) => {
      expect(await finding(fails(new SanjhaError(code, 'No.')))).toMatchObject({ outcome: 'ok' })
    },
  )

  it('warns with the reason and a way on when it cannot be reached', async () => {
    const unreachable = new SanjhaError('network_unreachable', 'r.example refused the connection.')
    expect(await finding(fails(unreachable))).toEqual({
      outcome: 'warning',
      message: 'Models from it cannot be fetched: r.example refused the connection.',
      remedy: expect.stringMatching(remedy),
    })
  })

  it('prefers the hint that says which setting is to be filled', async () => {
    const unknown = new SanjhaError('invalid_config', 'Nobody knows an index.', { hint: 'Set registries.x.' })
    expect(await finding(fails(unknown))).toMatchObject({ outcome: 'warning', remedy: 'Set registries.x.' })
  })

  it('ends when the command is interrupted, and is no finding then', async () => {
    const abort = new AbortController()
    const waiting = check.run(
      sanjhaThat(
        (_, options) =>
          new Promise((_, reject) => options?.signal?.addEventListener('abort', () => reject(new Error('aborted')))),
      ),
      abort.signal,
    )
    abort.abort(new SanjhaError('cancelled', 'Interrupted.'))
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('is skipped offline', async () => {
    const sanjha = sanjhaThat(() => Promise.reject(new Error('asked')))
    const findings = await Array.fromAsync(diagnose(sanjha, { offline: true, signal, checks: [check] }))
    expect(findings).toMatchObject([{ id: check.id, outcome: 'skipped' }])
  })
})
