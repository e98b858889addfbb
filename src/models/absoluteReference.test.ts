import { describe, expect, it } from 'vitest'
import { absoluteReference } from './absoluteReference.ts'

describe('absoluteReference', () => {
  it.each([
    ['./model.gguf', 'file:///here/model.gguf'],
    ['../model.gguf', 'file:///model.gguf'],
    ['/there/model.gguf', 'file:///there/model.gguf'],
    ['file:///there/model.gguf', 'file:///there/model.gguf'],
    ['smollm2', 'smollm2'],
    ['hf://one/two', 'hf://one/two'],
    ['not a reference', 'not a reference'],
  ])('%s', (given, absolute) => {
    expect(absoluteReference(given, '/here')).toBe(absolute)
  })
})
