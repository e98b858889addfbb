import { SanjhaError } from '../../../../core/index.ts'
import type { GpuBackendName } from '../../backends/contract.ts'

/** How to get what a backend's library needs from the system, by the beginning of the missing file's name. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /libvulkan\.so/,
    'Install the Vulkan loader and your card’s driver (Debian, Ubuntu: libvulkan1, mesa-vulkan-drivers or NVIDIA’s driver).',
  ],
  [/libcuda\.so/, 'Install NVIDIA’s driver; in a container start it with the GPU passed through.'],
  [
    /libcudart\.so|libcublas/,
    'Install the CUDA runtime and cuBLAS, version 12 or 13, and let LD_LIBRARY_PATH name their folder.',
  ],
]

const noDevice: Readonly<Record<GpuBackendName, string>> = {
  vulkan:
    '`vulkaninfo --summary` shows what the drivers offer. Processors that only imitate a GPU are passed over unless GGML_VK_VISIBLE_DEVICES names them.',
  cuda: '`nvidia-smi` shows what the driver offers; CUDA_VISIBLE_DEVICES may hide cards.',
}

/**
 * Why a GPU backend cannot be used, in words a person can act on.
 * @param attempts what the system's loader said of each of its libraries; null for one that could be loaded
 */
export function gpuProblem(backend: GpuBackendName, attempts: readonly (string | null)[]): SanjhaError {
  const messages = attempts.filter((message) => message !== null)
  const goOn = 'Or set engine.backend to cpu.'
  if (messages.length < attempts.length || messages.length === 0) {
    return new SanjhaError('engine_unavailable', `The ${backend} backend found no device that it can use.`, {
      retryable: false,
      hint: `${noDevice[backend]} ${goOn}`,
    })
  }
  const missing = messages.flatMap(
    (message) => /([\w.+-]+\.so[.\d]*): cannot open shared object/.exec(message)?.[1] ?? [],
  )
  const why = missing.length > 0 ? `this system has no ${[...new Set(missing)].join(' or ')}` : messages.join('; ')
  const remedy = remedies.filter(([pattern]) => missing.some((name) => pattern.test(name))).map(([, text]) => text)
  return new SanjhaError('engine_unavailable', `The ${backend} backend cannot be loaded: ${why}.`, {
    retryable: false,
    hint: [...remedy, goOn].join(' '),
    details: { attempts: messages },
  })
}
