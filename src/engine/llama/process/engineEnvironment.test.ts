import { describe, expect, it } from 'vitest'
import { engineEnvironment } from './engineEnvironment.ts'

describe('engineEnvironment', () => {
  it('keeps what programs need and leaves out everything else', () => {
    const env = {
      PATH: '/bin',
      LC_ALL: 'C',
      LD_LIBRARY_PATH: '/lib',
      CUDA_VISIBLE_DEVICES: '0',
      HF_TOKEN: 'x',
      OPENAI_API_KEY: 'x',
      NODE_OPTIONS: '--inspect',
      MY_PATH: 'x',
      EMPTY: undefined,
    }
    expect(engineEnvironment(env)).toEqual({
      PATH: '/bin',
      LC_ALL: 'C',
      LD_LIBRARY_PATH: '/lib',
      CUDA_VISIBLE_DEVICES: '0',
    })
  })
})
