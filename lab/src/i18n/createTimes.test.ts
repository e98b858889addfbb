import { IntlMessageFormat } from 'intl-messageformat'
import { expect, it } from 'vitest'
import { createTimes } from './createTimes.ts'
import en from './messages/en.json' with { type: 'json' }
import pa from './messages/pa.json' with { type: 'json' }

const english = createTimes((key, values) => String(new IntlMessageFormat(en[key], 'en').format(values)), 'en', [
  'en-GB',
])
const punjabi = createTimes((key, values) => String(new IntlMessageFormat(pa[key], 'pa').format(values)), 'pa', [
  'en-GB',
])

it.each([
  [0, '0 sec', '0 ਸਕਿੰਟ'],
  [-1, '0 sec', '0 ਸਕਿੰਟ'],
  [59.4, '59 sec', '59 ਸਕਿੰਟ'],
  [59.6, '1 min', '1 ਮਿੰਟ'],
  [185, '3 min 5 sec', '3 ਮਿੰਟ 5 ਸਕਿੰਟ'],
  [3600, '1 hr', '1 ਘੰਟਾ'],
  [7830, '2 hr 10 min', '2 ਘੰਟੇ 10 ਮਿੰਟ'],
  [90_000, '1 day 1 hr', '1 ਦਿਨ 1 ਘੰਟਾ'],
])('%d s: %s, %s', (seconds, inEnglish, inPunjabi) => {
  expect([english.duration(seconds), punjabi.duration(seconds)]).toEqual([inEnglish, inPunjabi])
})

it.each([
  [42, '42 sec'],
  [61, '1 min'],
  [170, '3 min'],
  [7830, '2 hr 10 min'],
])('%d s, coarse: %s', (seconds, said) => {
  expect(english.duration(seconds, { coarse: true })).toBe(said)
})

it.each([
  ['2026-11-24T11:59:58Z', 'now', 'ਹੁਣੇ'],
  // A browser whose clock is behind the server's.
  ['2026-11-24T12:00:09Z', 'now', 'ਹੁਣੇ'],
  ['2026-11-24T11:59:20Z', '40 seconds ago', '40 ਸਕਿੰਟ ਪਹਿਲਾਂ'],
  ['2026-11-24T11:57:01Z', '2 minutes ago', '2 ਮਿੰਟ ਪਹਿਲਾਂ'],
  ['2026-11-24T09:00:00Z', '3 hours ago', '3 ਘੰਟੇ ਪਹਿਲਾਂ'],
  ['2026-11-23T11:00:00Z', '1 day ago', '1 ਦਿਨ ਪਹਿਲਾਂ'],
])('%s: %s, %s', (then, inEnglish, inPunjabi) => {
  const now = new Date('2026-11-24T12:00:00Z')
  expect([english.ago(new Date(then), now), punjabi.ago(new Date(then), now)]).toEqual([inEnglish, inPunjabi])
})

it('has no English words in Punjabi dates', () => {
  const at = new Date(2026, 10, 24, 18, 5, 9)
  expect(punjabi.moment(at)).toBe('24/11/2026, 18:05:09')
  expect(punjabi.clock(at)).toBe('18:05:09')
  expect(english.clock(at)).toBe('18:05:09')
})

it('takes no name of a language that it could not use', () => {
  const times = createTimes((key) => key, 'en', ['en-US@posix', 'en-GB'])
  expect(times.moment(new Date(2026, 10, 24, 19, 25, 7))).toBe('24 Nov 2026, 19:25:07')
})
