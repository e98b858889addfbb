import { expect, it } from 'vitest'
import { searchSettings } from './searchSettings.ts'

const settings = [
  { key: 'server.port', texts: ['The port to listen on', 'ਪੋਰਟ ਜਿਸ ਉੱਤੇ ਸੁਣਨਾ ਹੈ'], env: ['SANJHA_PORT'] },
  { key: 'engine.keepAlive', texts: ['How long a model stays loaded', 'ਮਾਡਲ ਕਿੰਨਾ ਚਿਰ ਲੋਡ ਰਹੇ'], env: [] },
]

it.each([
  ['', 2],
  ['  ', 2],
  ['PORT', 1],
  ['listen server', 1],
  ['ਪੋਰਟ', 1],
  ['keepalive', 1],
  ['listen loaded', 0],
  // One word within one text, not across two of them.
  ['onਪੋਰਟ', 0],
])('%j finds %i', (question, count) => {
  expect(searchSettings(settings, question)).toHaveLength(count)
})

it('finds letters however they are spelt in Unicode', () => {
  const found = { key: 'k', texts: ['ਖ਼ਾਤਾ'.normalize('NFC')], env: [] }
  expect(searchSettings([found], '\u0A59ਾਤਾ')).toEqual([found])
})
