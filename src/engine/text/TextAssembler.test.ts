import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTextAssembler } from './TextAssembler.ts'

/** The same, over the finished text: the first place where any stop text stands, the shortest of them there. */
function cutAtFirstStop(text: string, stops: readonly string[]): { text: string; stopped: string | undefined } {
  const found = stops
    .filter((stop) => stop !== '' && text.includes(stop))
    .map((stop) => ({ stop, at: text.indexOf(stop) }))
    .sort((a, b) => a.at - b.at || a.stop.length - b.stop.length)[0]
  return found === undefined ? { text, stopped: undefined } : { text: text.slice(0, found.at), stopped: found.stop }
}

function assemble(
  chunks: readonly Uint8Array[],
  stop: readonly string[],
): { text: string; stopped: string | undefined; pieces: string[] } {
  const assembler = createTextAssembler({ stop })
  const results = [...chunks.map((chunk) => assembler.push(chunk)), assembler.flush()]
  const pieces = results.map((result) => result.text)
  return { text: pieces.join(''), stopped: results.at(-1)!.stopped, pieces }
}

function split(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b)
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end))
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
// Few letters, so that stop texts overlap with the text and with each other; and characters of every length in UTF-8.
const letters = fc.constantFrom('a', 'b', '<', '|', '\n', 'é', '字', '👩', '\u200d')
const text = fc.string({ unit: letters, maxLength: 40 })
const stops = fc.array(fc.string({ unit: letters, maxLength: 5 }), { maxLength: 4 })
const cuts = fc.array(fc.nat(200), { maxLength: 60 })

describe('createTextAssembler', () => {
  it('gives the text up to the first stop, however the bytes are split', () => {
    fc.assert(
      fc.property(text, stops, cuts, (whole, stop, places) => {
        const { text: got, stopped } = assemble(split(encode(whole), places), stop)
        expect({ text: got, stopped }).toEqual(cutAtFirstStop(whole, stop))
      }),
      { numRuns: 2000 },
    )
  })

  it('never lets out half a character', () => {
    fc.assert(
      fc.property(text, stops, cuts, (whole, stop, places) => {
        for (const piece of assemble(split(encode(whole), places), stop).pieces) {
          expect(piece).not.toContain('\ufffd')
          expect(piece.isWellFormed()).toBe(true)
        }
      }),
    )
  })

  it('holds back no more than could still become a stop', () => {
    const assembler = createTextAssembler({ stop: ['<|im_end|>'] })
    expect(assembler.push(encode('Hello <'))).toEqual({ text: 'Hello ' })
    expect(assembler.push(encode('|i'))).toEqual({ text: '' })
    expect(assembler.push(encode('nteresting'))).toEqual({ text: '<|interesting' })
    expect(assembler.push(encode('<|im_e'))).toEqual({ text: '' })
    expect(assembler.push(encode('nd|> more'))).toEqual({ text: '', stopped: '<|im_end|>' })
    expect(assembler.push(encode('after'))).toEqual({ text: '', stopped: '<|im_end|>' })
  })

  it('gives an incomplete character as U+FFFD at the end, and keeps a byte order mark', () => {
    const assembler = createTextAssembler({ stop: [] })
    expect(assembler.push(encode('\ufeffa')).text).toBe('\ufeffa')
    expect(assembler.push(encode('字').subarray(0, 2)).text).toBe('')
    expect(assembler.flush()).toEqual({ text: '\ufffd' })
  })
})
