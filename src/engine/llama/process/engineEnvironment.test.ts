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
      GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
    })
  })

  it('asks for huge pages, unless the user has set something else', () => {
    expect(engineEnvironment({})).toEqual({ GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' })
    expect(engineEnvironment({ GLIBC_TUNABLES: 'x=1' })).toEqual({ GLIBC_TUNABLES: 'x=1' })
  })
})
