import { expect, it } from 'vitest'
import { catalogCapabilities, modelCapabilities } from './modelCapabilities.ts'

const model = { architecture: 'llama', metadata: {}, template: null }

it('reads them from the header and the template', () => {
  expect(modelCapabilities(model)).toEqual(['completion'])
  expect(modelCapabilities({ ...model, template: '{{ messages }}' })).toEqual(['completion', 'chat'])
  expect(modelCapabilities({ ...model, template: '{% if tools %}<think>{% endif %}' })).toEqual([
    'completion',
    'chat',
    'tools',
    'thinking',
  ])
  expect(modelCapabilities({ ...model, metadata: { 'tokenizer.ggml.fim_pre_token_id': 1 } })).toContain('insert')
})

it('knows models that make vectors and models that rank', () => {
  expect(modelCapabilities({ ...model, metadata: { 'llama.pooling_type': 1 } })).toEqual(['embedding'])
  expect(modelCapabilities({ ...model, metadata: { 'llama.pooling_type': 4 } })).toEqual(['rerank'])
})

it('says of a catalogued model what it is for, each thing once', () => {
  expect(catalogCapabilities({ purpose: ['chat', 'vision'] })).toEqual(['completion', 'chat'])
  expect(catalogCapabilities({ purpose: ['embedding'] })).toEqual(['embedding'])
  expect(catalogCapabilities({ purpose: ['speech', 'constructor'] })).toEqual([])
})
