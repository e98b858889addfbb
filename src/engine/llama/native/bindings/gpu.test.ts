import { describe, expect, it } from 'vitest'
import { type Device, describeDevice, usedDevices } from './devices.ts'
import { gpuProblem } from './gpuProblem.ts'

const device = (type: Device['type'], name: string): Device => ({
  name,
  description: 'A card',
  type,
  memoryBytes: 2 ** 31,
})
const cpu = device('cpu', 'CPU')
const gpu = device('gpu', 'Vulkan0')
const integrated = device('integrated', 'Vulkan1')

describe('the devices that compute', () => {
  it.each([
    ['all layers', [gpu, integrated, cpu], 'auto', [gpu]],
    ['all layers and the output', [gpu, cpu], 31, [gpu]],
    ['all but the output', [gpu, cpu], 30, [gpu, cpu]],
    ['some layers', [gpu, cpu], 5, [gpu, cpu]],
    ['no layer', [gpu, cpu], 0, [cpu]],
    ['an integrated GPU alone', [integrated, cpu], 'auto', [integrated]],
    ['no GPU', [cpu], 'auto', [cpu]],
  ] as const)('%s', (_, devices, layers, used) => {
    expect(usedDevices(devices, layers, 30)).toEqual(used)
  })

  it('are described with the memory of a card, and without that of the machine', () => {
    expect(describeDevice(gpu)).toBe('Vulkan0: A card, 2.15 GB')
    expect(describeDevice(cpu)).toBe('CPU: A card')
  })
})

describe('why a GPU backend cannot be used', () => {
  const missing = (name: string) =>
    `Failed to load shared library: ${name}: cannot open shared object file: No such file or directory`

  it('names what the system lacks, and how to get it', () => {
    const vulkan = gpuProblem('vulkan', [missing('libvulkan.so.1')])
    expect(vulkan.message).toBe('The vulkan backend cannot be loaded: this system has no libvulkan.so.1.')
    expect(vulkan.hint).toMatch(/Vulkan loader.*engine\.backend to cpu/)
    const cuda = gpuProblem('cuda', [missing('libcudart.so.12'), missing('libcudart.so.13')])
    expect(cuda.message).toContain('no libcudart.so.12 or libcudart.so.13')
    expect(cuda.hint).toContain('CUDA runtime')
    expect(gpuProblem('cuda', [missing('libcuda.so.1')]).hint).toContain('NVIDIA’s driver')
  })

  it('passes on what else the loader says', () => {
    expect(gpuProblem('vulkan', ['x.so: file too short']).message).toContain('file too short')
  })

  it('tells a library that loads from a device that is there', () => {
    for (const backend of ['vulkan', 'cuda'] as const) {
      expect(gpuProblem(backend, [missing('libcudart.so.12'), null])).toMatchObject({
        code: 'engine_unavailable',
        retryable: false,
        message: `The ${backend} backend found no device that it can use.`,
      })
    }
  })
})
