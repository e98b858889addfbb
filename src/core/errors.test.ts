import { describe, expect, it } from 'vitest'
import { errorCodes, SanjhaError } from './errors.ts'

describe('SanjhaError', () => {
  it('has the facts of its code, unless told otherwise', () => {
    expect(new SanjhaError('overloaded', 'm')).toMatchObject({ status: 503, retryable: true, name: 'SanjhaError' })
    expect(new SanjhaError('overloaded', 'm', { retryable: false, status: 500 })).toMatchObject({
      status: 500,
      retryable: false,
    })
  })

  it('is known by its mark, also when it comes from another copy of this package', () => {
    const foreign = Object.defineProperty(new Error('x'), Symbol.for('sanjha.error'), { value: true })
    expect([new SanjhaError('internal', 'x'), foreign].map(SanjhaError.is)).toEqual([true, true])
    for (const other of [new Error('x'), 'x', null, undefined, { code: 'internal' }, () => 1]) {
      expect(SanjhaError.is(other)).toBe(false)
    }
  })

  it('survives a wire', () => {
    const error = new SanjhaError('invalid_request', 'm', {
      hint: 'h',
      param: 'p',
      details: { a: 1 },
      cause: new Error('why'),
    })
    const again = SanjhaError.fromJSON(JSON.parse(JSON.stringify(error)))
    expect(again.toJSON()).toEqual(error.toJSON())
    expect(again.toJSON()).toEqual({
      code: 'invalid_request',
      message: 'm',
      status: 400,
      retryable: false,
      cause: 'why',
      hint: 'h',
      param: 'p',
      details: { a: 1 },
    })
    expect(JSON.stringify(error)).not.toContain('stack')
    const unknown = { code: 'toString', message: 'm', status: 418, retryable: true } as never
    expect(SanjhaError.fromJSON(unknown)).toMatchObject({ code: 'internal', status: 418 })
  })

  it('is made of anything that was thrown', () => {
    const from = (error: unknown) => SanjhaError.from(error)
    const known = new SanjhaError('locked', 'x')
    expect(from(known)).toBe(known)
    expect(from(AbortSignal.abort().reason).code).toBe('cancelled')
    expect(from(new DOMException('t', 'TimeoutError')).code).toBe('timeout')
    expect(from(Object.assign(new Error('e'), { code: 'ENOSPC' })).code).toBe('disk_full')
    expect(from(Object.assign(new Error('e'), { code: 'EACCES', path: '/x' }))).toMatchObject({
      code: 'forbidden',
      retryable: false,
      message: '/x may not be read or written (EACCES).',
    })
    expect(from(new TypeError('t')).toJSON()).toMatchObject({ code: 'internal', message: 't' })
    for (const odd of ['text', 7, null, undefined, {}]) expect(from(odd).code).toBe('internal')
  })
})

it('every code has a status of an error and a sentence that says what it means', () => {
  for (const [code, { status, meaning }] of Object.entries(errorCodes)) {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
    expect(status, code).toBeGreaterThanOrEqual(400)
    expect(status, code).toBeLessThan(600)
    expect(meaning, code).toMatch(/^[A-Z].*\.$/)
  }
})
