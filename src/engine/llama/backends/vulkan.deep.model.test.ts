/**
 * The real Vulkan backend: fetched from the registry that npm is set to, loaded, and compared with the CPU. A processor
 * that imitates a GPU (Mesa's llvmpipe) will do, which is slow, so a few tokens are all.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testModelPath } from '../../../../test/support/testModel.ts'
import { fetchPackageFiles } from '../../../models/index.ts'
import { platformName } from './backendDirectory.ts'
import { createBackends } from './createBackends.ts'

const runs = promisify(execFile)
const hasBackend = platformName() === 'linux-x64'
/** Any Vulkan device at all; `vulkaninfo` comes with the package vulkan-tools. */
const hasDevice = await runs('vulkaninfo', ['--summary']).then(
  ({ stdout }) => /^GPU0:/m.test(stdout),
  () => false,
)

interface Answer {
  readonly devices: readonly string[]
  readonly text: string
  /** Natural logarithms. */
  readonly logprobs: readonly number[]
}

/** In a process of its own, because libraries are never unloaded. */
async function ask(options: { readonly backend: string; readonly libraryDirectory?: string }): Promise<Answer> {
  const module = new URL('../native/index.ts', import.meta.url).href
  const code = `const { createNativeEngine } = await import(${JSON.stringify(module)})
    const options = ${JSON.stringify({ modelPath: await testModelPath(), contextLength: 256, slots: 1, threads: 2, speculative: false, ...options })}
    const engine = await createNativeEngine(options)
    const signal = AbortSignal.timeout(240_000)
    let text = ''
    const request = { input: { type: 'completion', prompt: 'The capital of France is' }, maxTokens: 2, sampling: { temperature: 0 } }
    for await (const part of engine.generate(request, signal)) if (part.type === 'text') text += part.text
    const [scores] = await engine.score([{ context: 'The capital of France', continuation: ' is Paris, and the capital of Italy is Rome.' }], signal)
    const logprobs = scores.map((one) => one.logprob)
    console.log(JSON.stringify({ devices: engine.status().devices, text, logprobs }))
    await engine.close()`
  const { stdout } = await runs(process.execPath, ['--input-type=module', '-e', code], {
    // Without it devices that are processors are passed over.
    env: { ...process.env, GGML_VK_VISIBLE_DEVICES: process.env['GGML_VK_VISIBLE_DEVICES'] ?? '0' },
  })
  return JSON.parse(stdout)
}

describe.runIf(hasBackend)('the real Vulkan backend', { timeout: 600_000 }, () => {
  let folder: string
  let libraryDirectory: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sanjha-vulkan-'))
    const backends = createBackends({
      engines: join(folder, 'engines'),
      fetch: (request) => fetchPackageFiles(request),
    })
    const status = await backends.install('vulkan')
    expect(status.state).toBe('installed')
    libraryDirectory = status.directory ?? ''
  }, 600_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('has every library as it is pinned', async () => {
    const { verifyNativeLibraries } = await import('../verifyNativeLibraries.ts')
    expect((await verifyNativeLibraries({ directory: libraryDirectory, backend: 'vulkan' })).count).toBe(18)
  })

  it.runIf(hasDevice)('computes on a Vulkan device what the CPU computes', async () => {
    const cpu = await ask({ backend: 'cpu' })
    const vulkan = await ask({ backend: 'vulkan', libraryDirectory })
    expect(cpu.devices[0]).toMatch(/^CPU: /)
    expect(vulkan.devices[0]).toMatch(/^Vulkan0: /)
    expect(vulkan.text).toBe(cpu.text)
    expect(cpu.text).toContain('Paris')
    expect(vulkan.logprobs).toHaveLength(cpu.logprobs.length)
    // Sums in another order, products of other exactness: close, not equal (0.07 on llvmpipe). Wrong sums are whole units off.
    const differences = vulkan.logprobs.map((one, index) => Math.abs(one - (cpu.logprobs[index] ?? 0)))
    const mean = differences.reduce((sum, one) => sum + one, 0) / differences.length
    expect(mean).toBeLessThan(0.2)
  })

  it.runIf(!hasDevice)('says what is missing where there is no Vulkan device', async () => {
    await expect(ask({ backend: 'vulkan', libraryDirectory })).rejects.toThrow(
      /vulkan backend (cannot be loaded|found no device)/,
    )
  })
})
