import koffi, { type LibraryHandle } from 'koffi'
import { formatBytes } from '../../../../core/index.ts'

/** Something that ggml can compute with, as the backend that drives it describes it. */
export interface Device {
  /** e.g. `Vulkan0`, `CUDA0`, `CPU`. */
  readonly name: string
  /** e.g. the name of the graphics card. */
  readonly description: string
  readonly type: 'cpu' | 'gpu' | 'integrated' | 'accelerator'
  /** Bytes of its own memory, as its driver says. */
  readonly memoryBytes: number
}

/** `enum ggml_backend_dev_type`, in its order. */
const types = ['cpu', 'gpu', 'integrated', 'accelerator'] as const

/** Asks ggml for every device of every backend that it has loaded. */
export function readDevices(base: LibraryHandle, ggml: LibraryHandle): Device[] {
  const p = 'void *'
  const count = ggml.func('ggml_backend_dev_count', 'size_t', [])
  const get = ggml.func('ggml_backend_dev_get', p, ['size_t'])
  const name = base.func('ggml_backend_dev_name', 'str', [p])
  const description = base.func('ggml_backend_dev_description', 'str', [p])
  const type = base.func('ggml_backend_dev_type', 'int', [p])
  const memory = base.func('ggml_backend_dev_memory', 'void', [p, koffi.out('size_t *'), koffi.out('size_t *')])
  return Array.from({ length: Number(count()) }, (_, index): Device => {
    const device = get(index)
    const total = [0]
    memory(device, [0], total)
    return {
      name: name(device),
      description: description(device),
      type: types[type(device) as number] ?? 'accelerator',
      memoryBytes: Number(total[0]),
    }
  })
}

export const isGpu = (device: Device): boolean => device.type === 'gpu' || device.type === 'integrated'

/** Those that llama.cpp computes with: discrete GPUs, else integrated ones, and the CPU where layers are left to it. */
export function usedDevices(devices: readonly Device[], gpuLayers: number | 'auto', layers: number): readonly Device[] {
  const cpu = devices.filter((device) => device.type === 'cpu')
  const discrete = devices.filter((device) => device.type === 'gpu')
  const gpus = discrete.length > 0 ? discrete : devices.filter((device) => device.type === 'integrated')
  if (gpus.length === 0 || gpuLayers === 0) return cpu
  // The output layer counts as one more.
  return gpuLayers === 'auto' || gpuLayers < 0 || gpuLayers > layers ? gpus : [...gpus, ...cpu]
}

/** For people: `Vulkan0: Radeon RX 6600, 8.0 GiB`. */
export const describeDevice = ({ name, description, type, memoryBytes }: Device): string =>
  `${name}: ${description}${type === 'cpu' ? '' : `, ${formatBytes(memoryBytes)}`}`
